package com.intel.dra.gpu.api;

/** The names of this driver's API, which other objects (classes, claims, manifests) refer to. */
public final class GpuApi {

  /** The driver's name in ResourceClasses, claim statuses and for the kubelet. */
  public static final String DRIVER_NAME = "gpu.dra.intel.com";

  public static final String GROUP = "gpu.dra.intel.com";
  public static final String VERSION = "v1alpha";

  /**
   * The finalizer that is set on a claim before anything is recorded for it, and removed when
   * nothing is recorded any more.
   */
  public static final String CLAIM_FINALIZER = DRIVER_NAME + "/deletion-protection";

  /**
   * The largest number of devices that one claim can request, and the longest list of devices in a
   * GAS.
   */
  public static final int MAX_DEVICES_PER_CLAIM = 8;

  /** The smallest memory that can be requested, in MiB; requesting none is possible too. */
  public static final int MIN_MEMORY_MIB = 8;

  /** The largest memory that can be requested per device, in MiB: 128 GiB. */
  public static final int MAX_MEMORY_MIB = 131_072;

  private GpuApi() {}
}
