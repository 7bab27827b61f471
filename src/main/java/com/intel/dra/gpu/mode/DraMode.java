package com.intel.dra.gpu.mode;

import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.structured.StructuredApi;
import java.util.Locale;

/**
 * The two kinds of Dynamic Resource Allocation: they differ in what allocates, and so in the
 * Kubernetes API that the applications use.
 */
public enum DraMode {
  /**
   * Kubernetes 1.26 to 1.30: this driver's controller allocates, through resource.k8s.io/v1alpha2.
   */
  CLASSIC(GpuApi.DRIVER_NAME),
  /**
   * Kubernetes 1.31 and later: the scheduler allocates, from ResourceSlices of resource.k8s.io/v1.
   */
  STRUCTURED(StructuredApi.DRIVER_NAME);

  private final String driverName;

  DraMode(String driverName) {
    this.driverName = driverName;
  }

  /** The value of a metric's label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The driver's name in classes, slices and for the kubelet. */
  public String driverName() {
    return driverName;
  }
}
