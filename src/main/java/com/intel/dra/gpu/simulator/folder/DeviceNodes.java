package com.intel.dra.gpu.simulator.folder;

/** What the simulator creates for the kernel's {@code /dev/dri/card<N>} and {@code renderD<M>}. */
public enum DeviceNodes {
  /** Real character devices, which a container runtime accepts; needs CAP_MKNOD. */
  CHARACTER_DEVICES,
  /** Empty files, for tests without that capability. */
  PLAIN_FILES
}
