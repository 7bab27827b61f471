package com.intel.dra.gpu.kubelet;

import io.quarkus.arc.DefaultBean;
import jakarta.inject.Singleton;
import java.util.List;

/** The default for drivers that do not know the health of their devices. */
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
