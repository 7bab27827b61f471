package com.intel.dra.gpu.sysfs;

/** Why a device was left out. The names may serve as metric labels. */
public enum SkipReason {
  /** A display controller of Intel that is bound to no driver, or to neither i915 nor xe. */
  UNSUPPORTED_DRIVER,
  /** The driver is bound but shows no {@code drm/card<N>}: still starting, or it gave up. */
  NO_DRM_CARD,
  /** The driver is bound and says that nothing works until the firmware is flashed. */
  SURVIVABILITY_MODE,
  /** A VF of which the parent or the index cannot be told: it must not pass for a whole GPU. */
  UNKNOWN_PARENT,
  /** A file does not say what the kernel writes there. */
  MALFORMED,
  /** A file is there but cannot be read, or is missing although the device is there. */
  UNREADABLE,
  /** The device went away while it was read. */
  VANISHED,
  /** The GPU itself is offered; its VFs are left out because its SR-IOV files say no number. */
  SRIOV_UNKNOWN
}
