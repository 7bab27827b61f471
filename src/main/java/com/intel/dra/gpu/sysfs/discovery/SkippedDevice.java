package com.intel.dra.gpu.sysfs.discovery;

import com.intel.dra.gpu.device.PciAddress;

/**
 * An Intel GPU or VF that the driver does not offer, with the reason for an administrator who
 * misses it.
 *
 * @param detail one sentence without the address: the file, its content, and what to do if
 *     something can be done
 */
public record SkippedDevice(PciAddress address, SkipReason reason, String detail) {

  @Override
  public String toString() {
    return address + " skipped (" + reason + "): " + detail;
  }
}
