package com.intel.dra.gpu.sysfs;

/** How removing VFs ended. */
public sealed interface VfRemoval {

  /** The GPU has no VFs, and no quotas are left. */
  record Done() implements VfRemoval {}

  /** Something is still there; trying again is harmless. */
  record Failed(SriovFailure cause) implements VfRemoval {}
}
