package com.intel.dra.gpu.selfcheck;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which claims hold which devices, by what is on record as allocated and by what is prepared, for
 * each outlives the other for a while. Of a device that a claim has by both, the larger share
 * counts.
 *
 * @param byDevice by the device's UID, the MiB that it gave, by the claim's UID
 */
record Holders(Map<String, Map<String, Integer>> byDevice) {

  static Holders of(Picture picture) {
    var holders = new Holders(new TreeMap<>());
    picture
        .gas()
        .seen()
        .flatMap(gas -> gas)
        .ifPresent(
            gas -> {
              gas.spec()
                  .resourceClaimAllocations()
                  .forEach((claim, allocation) -> holders.add(claim, allocation.gpus()));
              gas.spec().prepared().forEach(holders::add);
            });
    picture
        .prepared()
        .records()
        .ifPresent(
            records ->
                records
                    .byUid()
                    .forEach((claim, prepared) -> holders.add(claim, prepared.devices())));
    return holders;
  }

  private void add(String claim, Collection<AllocatedDevice> devices) {
    devices.forEach(
        device ->
            byDevice
                .computeIfAbsent(device.uid(), _ -> new TreeMap<>())
                .merge(claim, device.memory(), Math::max));
  }

  Map<String, Integer> of(DeviceUid device) {
    return byDevice.getOrDefault(device.toString(), Map.of());
  }

  /** Those who hold any VF of the GPU. */
  Set<String> ofVfsOf(DeviceUid gpu) {
    var claims = new TreeSet<String>();
    byDevice.forEach(
        (device, holders) -> {
          if (DeviceUid.parse(device).flatMap(DeviceUid::parent).equals(Optional.of(gpu))) {
            claims.addAll(holders.keySet());
          }
        });
    return claims;
  }
}
