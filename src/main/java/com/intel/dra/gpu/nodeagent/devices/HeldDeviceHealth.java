package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the devices are that the node has and those that prepared claims hold: a VF that is gone
 * under its holder is told as gone, and a VF is never better than its GPU.
 */
public final class HeldDeviceHealth {

  private HeldDeviceHealth() {}

  /** By device. */
  public static SortedMap<DeviceUid, GpuHealth> of(
      List<GpuFacts> facts, Collection<PreparedClaim> prepared) {
    var own = new TreeMap<DeviceUid, GpuHealth>();
    facts.forEach(device -> own.put(device.uid(), device.health()));
    prepared.stream()
        .flatMap(claim -> claim.devices().stream())
        .flatMap(device -> DeviceUid.parse(device.uid()).stream())
        .filter(uid -> uid.type() == DeviceType.VF)
        .forEach(vf -> own.putIfAbsent(vf, new GpuHealth.Vanished()));
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
