package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.HeldDeviceHealth;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.kit.kubelet.api.DeviceHealth;
import com.intel.dra.kit.kubelet.api.DeviceHealthSource;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Reports the health of the GPUs to the kubelet, which shows it in the status of the pods that use
 * them.
 */
@Singleton
public class OfferedDeviceHealth implements DeviceHealthSource {

  private final NodeDevices devices;
  private final PreparedClaims prepared;
  private final AgentConfig config;
  private final Clock clock;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private Optional<Known> lastKnown = Optional.empty();
  private SortedMap<DeviceUid, GpuHealth> last = new TreeMap<>();

  /** What the health follows from. */
  private record Known(
      boolean isScanned, List<GpuFacts> facts, Map<String, PreparedClaim> prepared) {

    /**
     * Returns nothing before the first scan, because the devices that claims hold may still be
     * there.
     */
    SortedMap<DeviceUid, GpuHealth> health() {
      return isScanned ? HeldDeviceHealth.of(facts, prepared.values()) : new TreeMap<>();
    }
  }

  @Inject
  public OfferedDeviceHealth(
      NodeDevices devices, PreparedClaims prepared, AgentConfig config, Clock clock) {
    this.devices = devices;
    this.prepared = prepared;
    this.config = config;
    this.clock = clock;
  }

  @Override
  public List<DeviceHealth> current() {
    return known().health().entrySet().stream()
        .map(
            device ->
                new DeviceHealth(
                    config.nodeName(),
                    DeviceName.of(device.getKey()).toString(),
                    device.getValue().isHealthy()
                        ? DeviceHealth.Status.HEALTHY
                        : DeviceHealth.Status.UNHEALTHY,
                    clock.instant(),
                    device.getValue().isHealthy() ? "" : device.getValue().reason()))
        .toList();
  }

  private Known known() {
    return new Known(devices.known().isPresent(), devices.facts(), prepared.all());
  }

  @Override
  public Subscription onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Call this periodically. */
  public synchronized void refresh() {
    Optional<Known> known = Optional.of(known());
    if (known.equals(lastKnown)) {
      return;
    }
    lastKnown = known;
    SortedMap<DeviceUid, GpuHealth> now = known.get().health();
    if (!now.equals(last)) {
      last = now;
      listeners.forEach(Runnable::run);
    }
  }
}
