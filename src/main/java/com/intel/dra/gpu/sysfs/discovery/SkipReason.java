package com.intel.dra.gpu.sysfs.discovery;

/** The reason why a device was left out. The names may serve as metric labels. */
public enum SkipReason {
  /**
   * An Intel display controller that is bound to no driver, or to a driver other than i915 and xe.
   */
  UNSUPPORTED_DRIVER,
  /** The driver is bound but shows no {@code drm/card<N>}: it is still starting, or it failed. */
  NO_DRM_CARD,
  /** The driver is bound and reports that nothing works until the firmware is flashed. */
  SURVIVABILITY_MODE,
  /** A VF whose parent or index is unknown: it must not be taken for a whole GPU. */
  UNKNOWN_PARENT,
  /** A file does not contain what the kernel writes there. */
  MALFORMED,
  /** A file exists but cannot be read, or is missing although the device exists. */
  UNREADABLE,
  /** The device vanished while it was read. */
  VANISHED,
  /**
   * The GPU itself is offered; its VFs, or those that are not of equal size, are left out because
   * its SR-IOV files cannot be read or do not contain numbers.
   */
  SRIOV_UNKNOWN;

  /** Whether the device may be found again by itself, with the pods that use it. */
  public boolean mayPass() {
    return switch (this) {
      case NO_DRM_CARD, UNKNOWN_PARENT, MALFORMED, UNREADABLE, SRIOV_UNKNOWN -> true;
      case UNSUPPORTED_DRIVER, SURVIVABILITY_MODE, VANISHED -> false;
    };
  }
}
