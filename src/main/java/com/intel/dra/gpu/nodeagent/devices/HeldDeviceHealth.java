package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The health of the node's devices and of the devices that prepared claims hold. A held GPU or VF
 * that is gone is reported as gone, even if it vanished while no agent ran. A VF is never healthier
 * than its GPU.
 */
public final class HeldDeviceHealth {

  private HeldDeviceHealth() {}

  /** Returns the health by device. */
  public static SortedMap<DeviceUid, GpuHealth> of(
      List<GpuFacts> facts, Collection<PreparedClaim> prepared) {
    var own = new TreeMap<DeviceUid, GpuHealth>();
    facts.forEach(device -> own.put(device.uid(), device.health()));
    prepared.stream()
        .flatMap(claim -> claim.devices().stream())
        .flatMap(device -> DeviceUid.parse(device.uid()).stream())
        .flatMap(uid -> Stream.concat(Stream.of(uid), uid.parent().stream()))
        .forEach(held -> own.putIfAbsent(held, new GpuHealth.Vanished()));
    var all = new TreeMap<>(own);
    all.replaceAll(
        (uid, health) ->
            uid.parent()
                .flatMap(gpu -> Optional.ofNullable(own.get(gpu)))
                .filter(gpu -> !gpu.isHealthy())
                .orElse(health));
    return all;
  }
}
