package com.intel.dra.gpu.e2e;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds devices that, according to a GAS, are used by more than may use them. */
final class Overuse {

  private Overuse() {}

  /**
   * @param structured whether the scheduler allocates. It allocates devices of a pod that was
   *     deleted by force again before the pod's containers have ended. Therefore only prepared
   *     devices count: the agent refuses more until the containers have ended
   */
  static List<String> of(GpuAllocationState gas, boolean structured) {
    GpuAllocationStateSpec spec = gas.getSpec();
    // by device, the share of each claim; a share on record and prepared counts once
    var holders = new TreeMap<String, Map<String, Integer>>();
    if (!structured) {
      spec.resourceClaimAllocations()
          .forEach((claim, allocation) -> add(holders, claim, allocation.gpus()));
    }
    spec.prepared().forEach((claim, devices) -> add(holders, claim, devices));

    var found = new ArrayList<String>();
    holders.forEach(
        (device, claims) -> {
          boolean isVf = device.contains("-vf");
          if (isVf && claims.size() > 1) {
            found.add("VF %s is held by %s".formatted(device, claims.keySet()));
          }
          boolean alsoWhole = isVf && holders.containsKey(device.replaceFirst("-vf\\d+$", ""));
          if (alsoWhole) {
            found.add("%s is held, and its GPU too: %s".formatted(device, holders));
          }
          var offered = spec.allocatable().get(device);
          int heldMiB = claims.values().stream().mapToInt(memoryMiB -> memoryMiB).sum();
          if (offered != null && heldMiB > offered.memory()) {
            found.add(
                "%d MiB of %s are held, it has %d: %s"
                    .formatted(heldMiB, device, offered.memory(), claims));
          }
        });
    return found;
  }

  private static void add(
      Map<String, Map<String, Integer>> holders,
      String claim,
      Collection<AllocatedDevice> devices) {
    devices.forEach(
        device ->
            holders
                .computeIfAbsent(device.uid(), _ -> new TreeMap<>())
                .merge(claim, device.memory(), Math::max));
  }
}
