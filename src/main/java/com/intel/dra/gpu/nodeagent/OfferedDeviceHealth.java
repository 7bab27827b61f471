package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.kubelet.DeviceHealth;
import com.intel.dra.gpu.kubelet.DeviceHealthSource;
import com.intel.dra.gpu.structured.DeviceName;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Tells the kubelet how the GPUs are, which it shows in the status of the pods that use them. */
@Singleton
class OfferedDeviceHealth implements DeviceHealthSource {

  private final NodeDevices devices;
  private final AgentConfig config;
  private final Clock clock;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private List<GpuFacts> last = List.of();

  @Inject
  OfferedDeviceHealth(NodeDevices devices, AgentConfig config, Clock clock) {
    this.devices = devices;
    this.config = config;
    this.clock = clock;
  }

  @Override
  public List<DeviceHealth> current() {
    return devices.facts().stream()
        .map(
            facts ->
                new DeviceHealth(
                    config.nodeName(),
                    DeviceName.of(facts.uid()).toString(),
                    facts.health().isHealthy()
                        ? DeviceHealth.Status.HEALTHY
                        : DeviceHealth.Status.UNHEALTHY,
                    clock.instant(),
                    facts.health().isHealthy() ? "" : facts.health().reason()))
        .toList();
  }

  @Override
  public Subscription onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** To be called again and again. */
  synchronized void refresh() {
    List<GpuFacts> now = devices.facts();
    if (!now.equals(last)) {
      last = now;
      listeners.forEach(Runnable::run);
    }
  }
}
