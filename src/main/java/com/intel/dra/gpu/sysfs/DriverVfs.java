package com.intel.dra.gpu.sysfs;

import java.nio.file.Path;

/**
 * Whether the bound driver can make VFs. The PCI core's files do not tell: {@code sriov_totalvfs}
 * is what the hardware could do, and the mainline i915, which cannot make any, has it all the same.
 * An i915 that can has a tree for them, exactly while the GPU can have VFs.
 */
final class DriverVfs {

  private DriverVfs() {}

  /**
   * @throws SriovException when it cannot be told
   */
  static boolean arePossible(SysfsReader reader, Path device) throws SriovException {
    var i915 = new Link.To(KernelDriver.I915.sysfsName());
    return !reader.readLink(device.resolve(SysfsLayout.DRIVER)).equals(i915)
        || !(QuotaInterface.of(reader, device) instanceof FairShare);
  }
}
