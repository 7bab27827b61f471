package com.intel.dra.gpu.simulator.topology;

import com.intel.dra.gpu.sysfs.files.KernelDriver;
import java.util.Arrays;
import java.util.Optional;

/** The file in which a kernel states a GPU's local memory without being asked by ioctl. */
public enum MemoryFile {
  /** Each card has its own. A real xe has none, but nothing here answers the ioctl of xe. */
  LMEM_TOTAL_BYTES("lmem_total_bytes"),
  /** One file of the control groups for all GPUs: xe since Linux 6.14. */
  DMEM_CAPACITY("dmem_capacity"),
  /** None, as with an older xe and the mainline i915. */
  NONE("none");

  private final String topologyName;

  MemoryFile(String topologyName) {
    this.topologyName = topologyName;
  }

  /** The name in a topology file. */
  public String topologyName() {
    return topologyName;
  }

  boolean isPossibleWith(KernelDriver driver) {
    return this != DMEM_CAPACITY || driver == KernelDriver.XE;
  }

  static Optional<MemoryFile> named(String name) {
    return Arrays.stream(values()).filter(file -> file.topologyName.equals(name)).findFirst();
  }
}
