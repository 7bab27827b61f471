package com.intel.dra.gpu.api;

/** The names of this driver's API, which other objects (classes, claims, manifests) refer to. */
public final class GpuApi {

  /** Driver name in ResourceClasses, claim statuses and towards the kubelet. */
  public static final String DRIVER_NAME = "gpu.dra.intel.com";

  public static final String GROUP = "gpu.dra.intel.com";
  public static final String VERSION = "v1alpha";

  /** Set on a claim before anything is recorded for it, removed when nothing is any more. */
  public static final String CLAIM_FINALIZER = DRIVER_NAME + "/deletion-protection";

  /** Most devices that one claim can ask for, and the longest list of devices in a GAS. */
  public static final int MAX_DEVICES_PER_CLAIM = 8;

  /** Least memory that can be asked for, in MiB; asking for none at all is possible too. */
  public static final int MIN_MEMORY_MIB = 8;

  /** Most memory that can be asked for per device, in MiB: 128 GiB. */
  public static final int MAX_MEMORY_MIB = 131_072;

  private GpuApi() {}
}
