package com.intel.dra.gpu.sysfs.sriov;

/** The number of VFs that a GPU has now, usable or not. */
public sealed interface EnabledVfs {

  /** The VFs have the indices from 0. */
  record Count(int numVfs) implements EnabledVfs {}

  record Unknown(SriovFailure cause) implements EnabledVfs {}
}
