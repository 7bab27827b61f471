package com.intel.dra.gpu.sysfs.discovery;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.MemorySource;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.sysfs.dmem.DmemAmounts;
import com.intel.dra.gpu.sysfs.drm.LocalMemory;
import com.intel.dra.gpu.sysfs.drm.LocalMemoryQuery;
import com.intel.dra.gpu.sysfs.files.Attribute;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import com.intel.dra.gpu.sysfs.sriov.SriovAdmin;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Determines the local memory of a device: the answer of its driver; otherwise {@code
 * dmem.capacity}; otherwise {@code lmem_total_bytes}; otherwise, for a VF of xe, its {@code
 * vram_quota}; otherwise 0.
 */
final class MemoryReader {

  private static final long BYTES_PER_MIB = 1L << 20;

  /** Memory rounded down to MiB. */
  record Memory(int memoryMiB, MemorySource source) {}

  private final SysfsLayout layout;
  private final SysfsReader reader;
  private final LocalMemoryQuery query;

  MemoryReader(SysfsLayout layout, SysfsReader reader, LocalMemoryQuery query) {
    this.layout = layout;
    this.reader = reader;
    this.query = query;
  }

  /**
   * @param address of the device itself, also if it is a VF
   * @param capacity as the kernel states it now
   */
  Memory read(DeviceUid uid, PciAddress address, DrmNodes drmNodes, DmemAmounts capacity)
      throws SkipDevice {
    var device = new Device(uid, drmNodes, capacity.of(address));
    return switch (query.of(drmNodes)) {
      case LocalMemory.Known(long bytes, String node)
          when bytes / BYTES_PER_MIB <= Integer.MAX_VALUE ->
          new Memory((int) (bytes / BYTES_PER_MIB), new MemorySource.DrmQuery(node));
      case LocalMemory.Known(long bytes, String node) ->
          withoutQuery(device, "%s said %d bytes".formatted(node, bytes));
      case LocalMemory.SwitchedOff any -> withoutQuery(device, "switched off");
      case LocalMemory.NoSuchDevice(String why) -> withoutQuery(device, why);
      case LocalMemory.Denied(String why) -> withoutQuery(device, why);
      // what else is told of it may be as wrong, and asking for it may hang as well
      case LocalMemory.NoAnswer(String why) -> throw new SkipDevice(SkipReason.UNREADABLE, why);
      case LocalMemory.Failed(String why) -> withoutQuery(device, why);
    };
  }

  /**
   * @param stated what the kernel states in {@code dmem.capacity}
   */
  private record Device(DeviceUid uid, DrmNodes drmNodes, OptionalLong stated) {}

  private Memory withoutQuery(Device device, String whyNotDrm) throws SkipDevice {
    // for a VF, what its driver has got counts more than what its parent was told to give
    return device.stated().isPresent()
        ? new Memory(
            (int) (device.stated().getAsLong() / BYTES_PER_MIB),
            new MemorySource.ControlGroup(whyNotDrm))
        : fromSysfs(device.uid(), device.drmNodes(), whyNotDrm);
  }

  private Memory fromSysfs(DeviceUid uid, DrmNodes drmNodes, String whyNotDrm) throws SkipDevice {
    String name = SysfsLayout.LMEM_TOTAL_BYTES;
    int totalMiB =
        switch (reader.read(layout.drmCard(drmNodes.cardIndex()).resolve(name))) {
          case Attribute.Absent() -> 0;
          case Attribute.Unreadable(String why) ->
              throw new SkipDevice(SkipReason.UNREADABLE, name + ": " + why);
          case Attribute.Text(String text) -> mib(name, text);
        };
    if (totalMiB > 0) {
      return new Memory(totalMiB, new MemorySource.SysfsFile(name, whyNotDrm));
    }
    int quotaMiB = uid.vfIndex().isPresent() ? vramQuotaMiB(uid) : 0;
    return quotaMiB > 0
        ? new Memory(quotaMiB, new MemorySource.SysfsFile(SriovAdmin.VRAM_QUOTA, whyNotDrm))
        : new Memory(0, new MemorySource.Nowhere(whyNotDrm));
  }

  /**
   * The memory that xe gave to a VF, which shows no {@code lmem_total_bytes}; 0 before Linux 7.0.
   */
  private int vramQuotaMiB(DeviceUid vf) throws SkipDevice {
    Path quota =
        SriovAdmin.vramQuota(layout.pciDevice(vf.address()), vf.vfIndex().orElseThrow() + 1);
    return reader.read(quota) instanceof Attribute.Text(String text)
        ? mib(SriovAdmin.VRAM_QUOTA, text)
        : 0;
  }

  private static int mib(String name, String bytes) throws SkipDevice {
    long mib =
        AttributeValues.number(bytes).orElseThrow(() -> AttributeValues.noNumber(name, bytes))
            / BYTES_PER_MIB;
    if (mib > Integer.MAX_VALUE) {
      throw AttributeValues.noNumber(name, bytes);
    }
    return (int) mib;
  }
}
