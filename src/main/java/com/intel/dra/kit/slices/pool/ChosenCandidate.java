package com.intel.dra.kit.slices.pool;

import java.util.OptionalInt;
import java.util.Set;

/**
 * The candidate to publish, and what the API server stores of its fields.
 *
 * @param candidate its place in the list; empty if no candidate is possible and the pool must have
 *     no devices
 * @param layout as the API server stores it
 * @param dropped the fields that the API server does not store; none of them limits use
 */
public record ChosenCandidate(
    OptionalInt candidate, SliceLayout layout, Set<DroppedField> dropped) {

  /** Whether another candidate, or more fields of this one, may be possible later. */
  public boolean isSecondBest() {
    return candidate.isEmpty() || candidate.getAsInt() > 0 || !dropped.isEmpty();
  }
}
