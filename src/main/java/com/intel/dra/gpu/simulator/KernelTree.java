package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.sysfs.KernelDriver;
import com.intel.dra.gpu.sysfs.SysfsLayout;
import java.util.List;

/**
 * What the kernel would show of a GPU, as values.
 *
 * <p>Differs from a real kernel on purpose in one thing: a GPU of the xe driver has {@code
 * lmem_total_bytes} too, because nothing here answers the ioctl that xe has instead.
 */
final class KernelTree {

  /** What i915 lets an administrator give to one VF, in its own units; 0 for nothing yet. */
  static final List<String> VF_QUOTAS =
      List.of(
          "contexts_quota",
          "doorbells_quota",
          "exec_quantum_ms",
          "ggtt_quota",
          "lmem_quota",
          "preempt_timeout_us");

  private static final String DISPLAY_CONTROLLER = "0x038000";
  private static final String NO_NUMA_NODE = "-1";

  private KernelTree() {}

  /** The folder {@code devices/pciDDDD:BB/<DBDF>}. */
  static SysfsEntry.Folder device(SimulatedGpu gpu, Placement placement) {
    FolderBuilder device =
        new FolderBuilder()
            .readOnly(SysfsLayout.VENDOR, SysfsLayout.INTEL_VENDOR_ID)
            .readOnly(SysfsLayout.DEVICE, gpu.model().toString())
            .readOnly(SysfsLayout.CLASS, DISPLAY_CONTROLLER)
            .writable(SysfsLayout.NUMA_NODE, NO_NUMA_NODE)
            .link(SysfsLayout.SUBSYSTEM, "../../../" + SysfsLayout.BUS_PCI)
            .link(
                SysfsLayout.DRIVER,
                "../../../" + SysfsLayout.BUS_PCI_DRIVERS + "/" + gpu.driver().sysfsName());
    if (gpu.maxVfs() > 0) {
      device
          .readOnly(SysfsLayout.SRIOV_TOTALVFS, Integer.toString(gpu.maxVfs()))
          .writable(SysfsLayout.SRIOV_NUMVFS, "0")
          .writable(SysfsLayout.SRIOV_DRIVERS_AUTOPROBE, "1");
    }
    return device
        .folder(
            SysfsLayout.DRM,
            new FolderBuilder()
                .folder(placement.cardName(), card(gpu, placement))
                .folder(placement.renderName(), drmNode(placement, placement.renderMinor())))
        .build();
  }

  private static FolderBuilder card(SimulatedGpu gpu, Placement placement) {
    FolderBuilder card = drmNode(placement, placement.cardIndex());
    if (gpu.memoryMiB() > 0) {
      card.readOnly(SysfsLayout.LMEM_TOTAL_BYTES, Long.toString((long) gpu.memoryMiB() << 20));
    }
    if (gpu.maxVfs() > 0 && gpu.driver() == KernelDriver.I915) {
      card.folder(SysfsLayout.PRELIM_IOV, prelimIov(gpu, placement));
    }
    return card;
  }

  private static FolderBuilder drmNode(Placement placement, int minor) {
    return new FolderBuilder()
        .readOnly(SysfsLayout.DEV, Placement.DRM_MAJOR + ":" + minor)
        .link(SysfsLayout.DEVICE, "../../../" + placement.address())
        .link(SysfsLayout.SUBSYSTEM, "../../../../../" + SysfsLayout.CLASS_DRM);
  }

  private static FolderBuilder prelimIov(SimulatedGpu gpu, Placement placement) {
    FolderBuilder iov =
        new FolderBuilder()
            .readOnly("mode", "PF")
            .folder(
                SysfsLayout.PRELIM_IOV_PF,
                new FolderBuilder()
                    .writable(SysfsLayout.AUTO_PROVISIONING, "1")
                    .link(SysfsLayout.DEVICE, "../../../../../" + placement.address()));
    for (int number = 1; number <= gpu.maxVfs(); number++) {
      FolderBuilder quotas = new FolderBuilder();
      VF_QUOTAS.forEach(quota -> quotas.writable(quota, "0"));
      iov.folder(
          SysfsLayout.PRELIM_IOV_VF_PREFIX + number,
          new FolderBuilder()
              .readOnly("id", Integer.toString(number))
              .folder(SysfsLayout.GT, quotas));
    }
    return iov;
  }
}
