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
 * How the devices are that the node has and those that prepared claims hold: a GPU or VF that is
 * gone under its holder is told as gone, also if it went while no agent ran, and a VF is never
 * better than its GPU.
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
