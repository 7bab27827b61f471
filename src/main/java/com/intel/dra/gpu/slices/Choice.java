package com.intel.dra.gpu.slices;

import java.util.OptionalInt;
import java.util.Set;

/**
 * Which candidate is to be published, and what of it.
 *
 * @param candidate its place in the list; empty: none would do, the pool shall have no devices
 * @param layout as the API server stores it
 * @param dropped what the API server does not store of it; nothing that limits use
 */
record Choice(OptionalInt candidate, SliceLayout layout, Set<DroppedField> dropped) {

  /** Whether another candidate, or more of this one, may be possible at another time. */
  boolean isSecondBest() {
    return candidate.isEmpty() || candidate.getAsInt() > 0 || !dropped.isEmpty();
  }
}
