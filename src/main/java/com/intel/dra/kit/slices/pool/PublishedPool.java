package com.intel.dra.kit.slices.pool;

import java.util.OptionalInt;
import java.util.Set;

/**
 * The pool that the API server has.
 *
 * @param candidate the published candidate; empty if no candidate could be stored without
 *     over-committing: then the pool is published without devices
 * @param dropped the fields of that candidate that the API server dropped
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
