package com.intel.dra.gpu.mode;

import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.structured.StructuredApi;
import java.util.Locale;

/** Who allocates, and so which of Kubernetes' APIs the applications speak. */
public enum DraMode {
  /** Kubernetes 1.27 to 1.30: this driver's controller, through resource.k8s.io/v1alpha2. */
  CLASSIC(GpuApi.DRIVER_NAME),
  /** Kubernetes 1.34 and later: the scheduler, from ResourceSlices of resource.k8s.io/v1. */
  STRUCTURED(StructuredApi.DRIVER_NAME);

  private final String driverName;

  DraMode(String driverName) {
    this.driverName = driverName;
  }

  /** For a metric's label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The driver's name in classes, slices and towards the kubelet. */
  public String driverName() {
    return driverName;
  }
}
