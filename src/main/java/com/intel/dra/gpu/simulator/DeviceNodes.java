package com.intel.dra.gpu.simulator;

/** What to put where the kernel has {@code /dev/dri/card<N>} and {@code renderD<M>}. */
public enum DeviceNodes {
  /** Real character devices, which a container runtime accepts; needs CAP_MKNOD. */
  CHARACTER_DEVICES,
  /** Empty files, for tests without that capability. */
  PLAIN_FILES
}
