package com.intel.dra.gpu.sysfs.files;

import com.intel.dra.gpu.device.PciAddress;
import java.nio.file.Path;

/**
 * The paths and names of everything that the kernel shows: the only place for the names of files
 * and folders of sysfs. The simulator uses them too.
 *
 * <p>Sources: the kernel's Documentation/ABI/testing/sysfs-bus-pci; for {@code lmem_total_bytes}
 * and {@code prelim_iov} Intel's out-of-tree i915; for {@code sriov_admin} the kernel's
 * Documentation/ABI/testing/sysfs-driver-intel-xe-sriov; for {@code dmem.*} the kernel's
 * Documentation/admin-guide/cgroup-v2.rst.
 *
 * @param root where the kernel's {@code /sys} is mounted
 */
public record SysfsLayout(Path root) {

  public static final String DEVICES = "devices";
  public static final String BUS_PCI = "bus/pci";
  public static final String BUS_PCI_DEVICES = BUS_PCI + "/devices";
  public static final String BUS_PCI_DRIVERS = BUS_PCI + "/drivers";
  public static final String CLASS_DRM = "class/drm";

  /** Where the kernel's control groups are usually mounted. */
  public static final String FS_CGROUP = "fs/cgroup";

  /** A file of the root control group, since Linux 6.14. */
  public static final String DMEM_CAPACITY = "dmem.capacity";

  /** A file of every other control group for which the controller {@code dmem} is enabled. */
  public static final String DMEM_CURRENT = "dmem.current";

  // Attributes and links of a PCI function.
  public static final String VENDOR = "vendor";
  public static final String DEVICE = "device";
  public static final String CLASS = "class";
  public static final String DRIVER = "driver";
  public static final String SUBSYSTEM = "subsystem";
  public static final String NUMA_NODE = "numa_node";
  public static final String DRM = "drm";
  public static final String SRIOV_TOTALVFS = "sriov_totalvfs";
  public static final String SRIOV_NUMVFS = "sriov_numvfs";
  public static final String SRIOV_DRIVERS_AUTOPROBE = "sriov_drivers_autoprobe";
  public static final String PHYSFN = "physfn";

  /**
   * Made by xe, and only in survivability mode. First line: {@code Survivability mode type: Boot}
   * or {@code Runtime}.
   */
  public static final String SURVIVABILITY_MODE = "survivability_mode";

  /** Followed by the 0-based index of a VF. */
  public static final String VIRTFN_PREFIX = "virtfn";

  /** Followed by the card index, without leading zeros. */
  public static final String CARD_PREFIX = "card";

  /** A folder of management engines, and what their names begin with, followed by a number. */
  public static final String MEI = "mei";

  /** Followed by the render node's minor number. */
  public static final String RENDER_PREFIX = "renderD";

  /** Bytes, decimal; missing on an integrated GPU and with xe. */
  public static final String LMEM_TOTAL_BYTES = "lmem_total_bytes";

  /** A DRM node's {@code major:minor}. */
  public static final String DEV = "dev";

  // The SR-IOV tree of the out-of-tree i915, below a PF's card.
  public static final String PRELIM_IOV = "prelim_iov";

  /** The name of that tree in some of Intel's kernels. */
  public static final String IOV = "iov";

  public static final String PRELIM_IOV_PF = "pf";

  /** Followed by the 1-based number of a VF: {@code vf1} is {@code virtfn0}. */
  public static final String PRELIM_IOV_VF_PREFIX = "vf";

  public static final String AUTO_PROVISIONING = "auto_provisioning";
  public static final String GT = "gt";

  /**
   * The SR-IOV tree of mainline xe, below a PF's PCI device; its VFs are numbered in the same way.
   */
  public static final String SRIOV_ADMIN = "sriov_admin";

  public static final String INTEL_VENDOR_ID = "0x8086";

  public Path cgroup() {
    return root.resolve(FS_CGROUP);
  }

  public Path pciDevices() {
    return root.resolve(BUS_PCI_DEVICES);
  }

  public Path pciDevice(PciAddress address) {
    return pciDevices().resolve(address.toString());
  }

  public Path drmCard(int cardIndex) {
    return root.resolve(CLASS_DRM).resolve(CARD_PREFIX + cardIndex);
  }
}
