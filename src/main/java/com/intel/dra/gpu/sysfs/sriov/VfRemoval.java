package com.intel.dra.gpu.sysfs.sriov;

/** The result of removing VFs. */
public sealed interface VfRemoval {

  /** The GPU has no VFs, and no quotas are left. */
  record Done() implements VfRemoval {}

  /** Something is left; another attempt is harmless. */
  record Failed(SriovFailure cause) implements VfRemoval {}
}
