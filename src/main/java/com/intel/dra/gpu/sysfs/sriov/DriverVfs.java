package com.intel.dra.gpu.sysfs.sriov;

import com.intel.dra.gpu.sysfs.files.KernelDriver;
import com.intel.dra.gpu.sysfs.files.Symlink;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.nio.file.Path;

/**
 * Tells whether the bound driver can make VFs. The PCI core's files do not show this: {@code
 * sriov_totalvfs} is what the hardware supports, and it exists even with the mainline i915, which
 * cannot make VFs. An i915 that can has a tree for them exactly while the GPU can have VFs.
 */
public final class DriverVfs {

  private DriverVfs() {}

  /**
   * @throws SriovException if it cannot be determined
   */
  public static boolean arePossible(SysfsReader reader, Path device) throws SriovException {
    Path driver = device.resolve(SysfsLayout.DRIVER);
    return switch (reader.readLink(driver)) {
      case Symlink.To(String name) when name.equals(KernelDriver.I915.sysfsName()) ->
          !(QuotaInterface.of(reader, device) instanceof FairShare);
      case Symlink.To _, Symlink.Absent _ -> true;
      case Symlink.Unreadable(String why) ->
          throw new SriovException(new SriovFailure.Unreadable(driver, why));
    };
  }
}
