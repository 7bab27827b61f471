package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.api.GpuAllocationState;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Whether a change to a node may have made room there. A hint that saves waiting, nothing more. */
final class Capacity {

  private Capacity() {}

  /**
   * @param before empty where the node is new
   */
  static boolean grew(Optional<GpuAllocationState> before, GpuAllocationState now) {
    return isReady(now)
        && before
            .filter(Capacity::isReady)
            .filter(known -> known.getSpec().allocatable().equals(now.getSpec().allocatable()))
            .filter(known -> holders(now).containsAll(holders(known)))
            .isEmpty();
  }

  private static boolean isReady(GpuAllocationState node) {
    return GpuAllocationState.READY.equals(node.getStatus());
  }

  private static Set<String> holders(GpuAllocationState node) {
    var claimUids = new HashSet<>(node.getSpec().resourceClaimAllocations().keySet());
    claimUids.addAll(node.getSpec().prepared().keySet());
    return claimUids;
  }
}
