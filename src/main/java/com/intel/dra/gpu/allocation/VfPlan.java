package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.VfProfile;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * VFs of one GPU that claims hold and that are not made yet. Immutable.
 *
 * <p>All of them have one profile. i915's quotas and the newest xe could make VFs of different
 * sizes, but the controller cannot see which kernel a node runs, and equal VFs can be made with all
 * of them. The cost is low: claims of one pod share the profile that the largest of them needs, and
 * claims of different pods seldom share a GPU whose VFs are not made yet.
 *
 * @param indices the indices of the held VFs; gaps left by released claims are filled first, so
 *     that as few VFs as possible have to be made
 */
record VfPlan(VfProfile profile, BitSet indices) {

  static VfPlan empty(VfProfile profile) {
    return new VfPlan(profile, new BitSet());
  }

  boolean holds(int index) {
    return indices.get(index);
  }

  /** The number of VFs that can be added. */
  int room() {
    return profile.numVfs() - indices.cardinality();
  }

  /**
   * The number of VFs that can be added one after another, each with the next index, until there is
   * an index that is not allowed.
   */
  int roomWhile(IntPredicate allowed) {
    int added = 0;
    for (int index = nextIndex();
        index < profile.numVfs() && allowed.test(index);
        index = indices.nextClearBit(index + 1)) {
      added++;
    }
    return added;
  }

  int nextIndex() {
    return indices.nextClearBit(0);
  }

  VfPlan with(int index) {
    var more = (BitSet) indices.clone();
    more.set(index);
    return new VfPlan(profile, more);
  }

  /** The plan without this VF; empty if it was the last. */
  Optional<VfPlan> without(int index) {
    var less = (BitSet) indices.clone();
    less.clear(index);
    return less.isEmpty() ? Optional.empty() : Optional.of(new VfPlan(profile, less));
  }
}
