package com.intel.dra.gpu.kubelet;

import io.quarkus.arc.DefaultBean;
import jakarta.inject.Singleton;
import java.util.List;

/** Stands in where a driver does not know how its devices are. */
@DefaultBean
@Singleton
final class NoDeviceHealth implements DeviceHealthSource {

  @Override
  public List<DeviceHealth> current() {
    return List.of();
  }

  @Override
  public Subscription onChange(Runnable listener) {
    return () -> {};
  }
}
