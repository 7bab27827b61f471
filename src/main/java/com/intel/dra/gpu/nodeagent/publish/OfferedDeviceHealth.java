package com.intel.dra.gpu.nodeagent.publish;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.devices.HeldDeviceHealth;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.structured.DeviceName;
import com.intel.dra.kit.kubelet.api.DeviceHealth;
import com.intel.dra.kit.kubelet.api.DeviceHealthSource;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
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
  private SortedMap<DeviceUid, GpuHealth> last = new TreeMap<>();

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
    return now().entrySet().stream()
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

  /**
   * Returns nothing before the first scan, because the devices that claims hold may still be there.
   */
  private SortedMap<DeviceUid, GpuHealth> now() {
    return devices.known().isEmpty()
        ? new TreeMap<>()
        : HeldDeviceHealth.of(devices.facts(), prepared.all().values());
  }

  @Override
  public Subscription onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Call this periodically. */
  public synchronized void refresh() {
    SortedMap<DeviceUid, GpuHealth> now = now();
    if (!now.equals(last)) {
      last = now;
      listeners.forEach(Runnable::run);
    }
  }
}
