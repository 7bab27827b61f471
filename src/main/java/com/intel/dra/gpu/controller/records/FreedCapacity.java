package com.intel.dra.gpu.controller.records;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether a change to a node may have made capacity free there. It is only a hint that
 * saves waiting.
 */
public final class FreedCapacity {

  private FreedCapacity() {}

  /**
   * @param before empty if the node is new
   */
  public static boolean grew(Optional<GpuAllocationState> before, GpuAllocationState now) {
    return isReady(now)
        && before
            .filter(FreedCapacity::isReady)
            .filter(known -> known.getSpec().allocatable().equals(now.getSpec().allocatable()))
            .filter(known -> holders(now).containsAll(holders(known)))
            .isEmpty();
  }

  private static boolean isReady(GpuAllocationState node) {
    return GpuAllocationState.READY.equals(node.getStatus());
  }

  /** Counted by device, because a claim's prepared devices may differ from those on record. */
  private static Set<Holding> holders(GpuAllocationState node) {
    var holdings = new HashSet<Holding>();
    node.getSpec()
        .resourceClaimAllocations()
        .forEach(
            (uid, allocation) ->
                allocation.gpus().forEach(device -> holdings.add(Holding.of(uid, device))));
    node.getSpec()
        .prepared()
        .forEach(
            (uid, devices) -> devices.forEach(device -> holdings.add(Holding.of(uid, device))));
    return holdings;
  }

  private record Holding(String claimUid, String deviceUid, int memoryMiB) {

    static Holding of(String claimUid, AllocatedDevice device) {
      return new Holding(claimUid, device.uid(), device.memory());
    }
  }
}
