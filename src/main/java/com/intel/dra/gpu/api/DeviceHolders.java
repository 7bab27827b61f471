package com.intel.dra.gpu.api;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The claims that hold each device. Both the recorded allocations and the prepared claims count,
 * because each may outlive the other for a while. If a claim has a device in both, the larger share
 * counts.
 *
 * @param byDevice the device's UID, then the claim's UID, to the held MiB
 */
public record DeviceHolders(Map<String, Map<String, Integer>> byDevice) {

  public DeviceHolders {
    var sorted = new TreeMap<String, Map<String, Integer>>();
    byDevice.forEach(
        (device, claims) -> sorted.put(device, Collections.unmodifiableMap(new TreeMap<>(claims))));
    byDevice = Collections.unmodifiableMap(sorted);
  }

  /** The holders that a node's object names. */
  public static DeviceHolders of(GpuAllocationStateSpec spec) {
    return of(spec, Map.of());
  }

  /**
   * The holders that a node's object names, and others.
   *
   * @param others what claims hold in addition, by the claim's UID
   */
  public static DeviceHolders of(
      GpuAllocationStateSpec spec, Map<String, List<AllocatedDevice>> others) {
    var byDevice = new TreeMap<String, Map<String, Integer>>();
    spec.resourceClaimAllocations()
        .forEach((claim, allocation) -> add(byDevice, claim, allocation.gpus()));
    spec.prepared().forEach((claim, devices) -> add(byDevice, claim, devices));
    others.forEach((claim, devices) -> add(byDevice, claim, devices));
    return new DeviceHolders(byDevice);
  }

  private static void add(
      Map<String, Map<String, Integer>> byDevice, String claim, List<AllocatedDevice> devices) {
    devices.forEach(
        device ->
            byDevice
                .computeIfAbsent(device.uid(), _ -> new TreeMap<>())
                .merge(claim, device.memory(), Math::max));
  }

  /** The MiB that claims hold of a device, by the claim's UID. */
  public Map<String, Integer> of(String device) {
    return byDevice.getOrDefault(device, Map.of());
  }

  /** All claims that hold a device. */
  Set<String> claims() {
    var claims = new TreeSet<String>();
    byDevice.values().forEach(holders -> claims.addAll(holders.keySet()));
    return claims;
  }

  /** The held memory of all devices. */
  long memoryMiB() {
    return byDevice.values().stream()
        .flatMap(holders -> holders.values().stream())
        .mapToLong(Integer::longValue)
        .sum();
  }
}
