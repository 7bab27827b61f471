package com.intel.dra.gpu.sysfs.files;

import java.util.Arrays;
import java.util.Optional;

/** The kernel drivers that make a GPU usable for workloads, with their names in sysfs. */
public enum KernelDriver {
  I915("i915"),
  XE("xe");

  private final String sysfsName;

  KernelDriver(String sysfsName) {
    this.sysfsName = sysfsName;
  }

  /** The name under {@code bus/pci/drivers} and at the end of a device's {@code driver} link. */
  public String sysfsName() {
    return sysfsName;
  }

  /** The driver with this name in sysfs; empty for any other text. */
  public static Optional<KernelDriver> fromSysfsName(String name) {
    return Arrays.stream(values()).filter(driver -> driver.sysfsName.equals(name)).findFirst();
  }
}
