package com.intel.dra.gpu.structured;

/**
 * The names of structured DRA: those of the Go driver {@code gpu.intel.com}, so that its users need
 * not edit their claims, and a few more.
 */
public final class StructuredApi {

  /** The driver's name in ResourceSlices, claim statuses and for the kubelet. */
  public static final String DRIVER_NAME = "gpu.intel.com";

  /** The counter of which a VF consumes a part, and the whole GPU everything. */
  static final String VF_SLOTS = "vf-slots";

  static final String MEMORY = "memory";
  static final String MILLICORES = "millicores";

  /** The capacity of a GPU that is shared by count. */
  static final String SHARES = "shares";

  /** The taint of a device whose GPU is unhealthy. */
  public static final String UNHEALTHY_TAINT = DRIVER_NAME + "/unhealthy";

  /** The taint of VFs that the kernel refused to make. */
  public static final String VFS_FAILED_TAINT = DRIVER_NAME + "/vfs-failed";

  /**
   * The taint of a device that is unavailable while a prepared claim holds another part of the same
   * GPU.
   */
  public static final String IN_USE_TAINT = DRIVER_NAME + "/in-use";

  /** The taint of every device of a node whose kubelet refused the driver. */
  public static final String NOT_READY_TAINT = DRIVER_NAME + "/not-ready";

  /** The API's effect that keeps new pods away. */
  static final String NO_SCHEDULE = "NoSchedule";

  /** The API's effect that also evicts present pods. */
  static final String NO_EXECUTE = "NoExecute";

  /** The value for a whole GPU; a share has none by default. */
  static final int MILLICORES_OF_A_GPU = 1000;

  private StructuredApi() {}
}
