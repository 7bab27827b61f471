package com.intel.dra.gpu.e2e;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a GAS says is used by more than may use it, at any moment. */
final class Overuse {

  private Overuse() {}

  /**
   * @param structured whether the scheduler allocates: it gives away what a pod had that was
   *     deleted by force before its containers have ended. So only what is prepared counts: the
   *     agent refuses what is more until then
   */
  static List<String> of(GpuAllocationState gas, boolean structured) {
    GpuAllocationStateSpec spec = gas.getSpec();
    // by device, what each claim has of it: on record and prepared count once
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
