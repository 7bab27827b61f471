package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Writes an Event when a GPU has become unusable (gone, without its driver, wedged) and is
 * therefore not offered, with the claims that are prepared on it; and another Event when it is
 * usable again.
 */
@Singleton
public class UnusableGpus {

  private final NodeDevices devices;
  private final VfHosts hosts;
  private final PreparedClaims prepared;
  private final NodeEvents events;
  private SortedMap<DeviceUid, String> told = new TreeMap<>();
  private SortedMap<DeviceUid, String> lastSeen = new TreeMap<>();

  @Inject
  public UnusableGpus(
      NodeDevices devices, VfHosts hosts, PreparedClaims prepared, NodeEvents events) {
    this.devices = devices;
    this.hosts = hosts;
    this.prepared = prepared;
    this.events = events;
  }

  /**
   * Call this periodically. Reports a GPU that is unusable in two successive calls, because a GPU
   * whose driver is just being loaded is not worth an Event. May block on the API server.
   */
  public synchronized void look() {
    SortedMap<DeviceUid, String> now = unusable(devices.facts(), hosts.states());
    var lasting = new TreeMap<>(now);
    lasting.keySet().retainAll(lastSeen.keySet());
    lastSeen = now;
    lasting.forEach(
        (gpu, reason) -> {
          if (!told.containsKey(gpu)) {
            events.tell(
                EventReason.GPU_UNUSABLE,
                "GPU %s is not offered: %s%s".formatted(gpu, reason, claims(gpu)));
          }
        });
    told.keySet().stream()
        .filter(gpu -> !now.containsKey(gpu))
        .forEach(
            gpu -> events.tell(EventReason.GPU_USABLE, "GPU %s can be used again".formatted(gpu)));
    told.keySet().retainAll(now.keySet());
    told.putAll(lasting);
  }

  /** Returns the reason for each unusable GPU. */
  static SortedMap<DeviceUid, String> unusable(
      List<GpuFacts> facts, Map<DeviceUid, VfHostState> states) {
    var unusable = new TreeMap<DeviceUid, String>();
    facts.stream()
        .filter(gpu -> gpu.uid().type() == DeviceType.GPU && !gpu.health().isHealthy())
        .forEach(gpu -> unusable.put(gpu.uid(), gpu.health().reason()));
    states.forEach(
        (gpu, state) -> {
          if (state instanceof VfHostState.Unknown(String reason)) {
            unusable.putIfAbsent(gpu, reason);
          }
        });
    return unusable;
  }

  private String claims(DeviceUid gpu) {
    var claims = new TreeSet<String>();
    prepared
        .all()
        .values()
        .forEach(
            claim -> {
              boolean uses =
                  claim.devices().stream()
                      .flatMap(device -> DeviceUid.gpuOf(device.uid()).stream())
                      .anyMatch(host -> Objects.equals(host, gpu));
              if (uses) {
                claims.add(claim.namespace() + "/" + claim.name());
              }
            });
    if (claims.isEmpty() && !prepared.isComplete()) {
      return "; which claims are prepared on it is not known yet";
    }
    return claims.isEmpty()
        ? "; no claim is prepared on it"
        : "; claims that are prepared on it: " + String.join(", ", claims);
  }
}
