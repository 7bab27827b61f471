package com.intel.dra.gpu.structured;

/**
 * Names of structured DRA: those of the Go driver {@code gpu.intel.com}, so that its users need not
 * edit their claims, and a few more.
 */
public final class StructuredApi {

  /** In ResourceSlices, claim statuses and towards the kubelet. */
  public static final String DRIVER_NAME = "gpu.intel.com";

  /** What a VF costs of its GPU, and the whole GPU all of it. */
  static final String VF_SLOTS = "vf-slots";

  static final String MEMORY = "memory";
  static final String MILLICORES = "millicores";

  /** Of a device whose GPU is not well. */
  public static final String UNHEALTHY_TAINT = DRIVER_NAME + "/unhealthy";

  /** Of VFs that the kernel refused to make. */
  public static final String VFS_FAILED_TAINT = DRIVER_NAME + "/vfs-failed";

  /** Of what cannot be had while a prepared claim holds a part of the same GPU. */
  public static final String IN_USE_TAINT = DRIVER_NAME + "/in-use";

  /** Of every device of a node whose kubelet refused the driver. */
  public static final String NOT_READY_TAINT = DRIVER_NAME + "/not-ready";

  /** The API's effect that keeps new pods away. */
  static final String NO_SCHEDULE = "NoSchedule";

  /** The API's effect that also evicts the pods that are there. */
  static final String NO_EXECUTE = "NoExecute";

  /** A whole GPU has that many; a share states none of its own. */
  static final int MILLICORES_OF_A_GPU = 1000;

  private StructuredApi() {}
}
