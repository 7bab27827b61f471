package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.PciAddress;

/**
 * An Intel GPU or VF that the driver does not offer, and why: what an administrator who misses it
 * reads.
 *
 * @param detail one sentence without the address: the file, what it said, and what to do where
 *     something can be done
 */
public record SkippedDevice(PciAddress address, SkipReason reason, String detail) {

  @Override
  public String toString() {
    return address + " skipped (" + reason + "): " + detail;
  }
}
