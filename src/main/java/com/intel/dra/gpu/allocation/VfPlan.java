package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.VfProfile;
import java.util.BitSet;
import java.util.Optional;

/**
 * VFs of one GPU that claims hold and that are not made yet. Immutable.
 *
 * <p>All of them have one profile. i915's quotas and the newest xe could make VFs of different
 * sizes, but the controller cannot see which kernel a node runs, and equal VFs can be made on every
 * one of them. It costs little: claims of one pod share the profile that the largest of them needs,
 * and claims of different pods seldom meet on a GPU whose VFs are not made yet.
 *
 * @param indices of the VFs that are held; their gaps, which released claims leave, are filled
 *     first so that the VFs to make are as few as possible
 */
record VfPlan(VfProfile profile, BitSet indices) {

  static VfPlan empty(VfProfile profile) {
    return new VfPlan(profile, new BitSet());
  }

  boolean holds(int index) {
    return indices.get(index);
  }

  /** How many VFs can be added. */
  int room() {
    return profile.numVfs() - indices.cardinality();
  }

  int nextIndex() {
    return indices.nextClearBit(0);
  }

  VfPlan with(int index) {
    var more = (BitSet) indices.clone();
    more.set(index);
    return new VfPlan(profile, more);
  }

  /** The plan without that VF; empty when it was the last. */
  Optional<VfPlan> without(int index) {
    var less = (BitSet) indices.clone();
    less.clear(index);
    return less.isEmpty() ? Optional.empty() : Optional.of(new VfPlan(profile, less));
  }
}
