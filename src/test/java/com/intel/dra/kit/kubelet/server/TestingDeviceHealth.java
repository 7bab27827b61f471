package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.DeviceHealth;
import com.intel.dra.kit.kubelet.api.DeviceHealthSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A health source whose state a test sets. */
final class TestingDeviceHealth implements DeviceHealthSource {

  final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
  private volatile List<DeviceHealth> devices = List.of();

  void change(DeviceHealth... now) {
    devices = List.of(now);
    listeners.forEach(Runnable::run);
  }

  @Override
  public List<DeviceHealth> current() {
    return devices;
  }

  @Override
  public Subscription onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
