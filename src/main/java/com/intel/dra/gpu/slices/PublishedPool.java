package com.intel.dra.gpu.slices;

import java.util.OptionalInt;
import java.util.Set;

/**
 * What the API server has.
 *
 * @param candidate which of the candidates it is; empty when none of them could be stored without
 *     over-committing: then the pool is published without devices
 * @param dropped what the API server dropped of that candidate
 */
public record PublishedPool(
    String poolName,
    long generation,
    int slices,
    int devices,
    OptionalInt candidate,
    Set<DroppedField> dropped) {

  public PublishedPool {
    dropped = Set.copyOf(dropped);
  }
}
