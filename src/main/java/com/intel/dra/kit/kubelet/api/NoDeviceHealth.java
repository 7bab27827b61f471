package com.intel.dra.kit.kubelet.api;

import io.quarkus.arc.DefaultBean;
import jakarta.inject.Singleton;
import java.util.List;

/** The default for drivers that do not know the health of their devices. */
@DefaultBean
@Singleton
public final class NoDeviceHealth implements DeviceHealthSource {

  @Override
  public List<DeviceHealth> current() {
    return List.of();
  }

  @Override
  public Subscription onChange(Runnable listener) {
    return () -> {};
  }
}
