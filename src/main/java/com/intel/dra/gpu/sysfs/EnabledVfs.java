package com.intel.dra.gpu.sysfs;

/** How many VFs a GPU has now, usable or not. */
public sealed interface EnabledVfs {

  /** With the indices from 0. */
  record Count(int numVfs) implements EnabledVfs {}

  record Unknown(SriovFailure cause) implements EnabledVfs {}
}
