package com.intel.dra.gpu.sysfs.discovery;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.device.GpuModels;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.gpu.sysfs.dmem.DmemAmounts;
import com.intel.dra.gpu.sysfs.drm.LocalMemoryQuery;
import com.intel.dra.gpu.sysfs.files.Attribute;
import com.intel.dra.gpu.sysfs.files.KernelDriver;
import com.intel.dra.gpu.sysfs.files.Symlink;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import com.intel.dra.gpu.sysfs.sriov.DriverVfs;
import com.intel.dra.gpu.sysfs.sriov.QuotaInterface;
import com.intel.dra.gpu.sysfs.sriov.SriovException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Inspects one PCI function: whether it is an Intel GPU or VF, and what it can do. */
final class PciFunctionReader {

  private static final String DISPLAY_CLASS_PREFIX = "0x03";
  private static final int MAX_VFS_OF_PCI = 0xffff;

  private final SysfsLayout layout;
  private final SysfsReader reader;
  private final MemoryReader memory;
  private final FactsReader facts;

  PciFunctionReader(SysfsLayout layout, SysfsReader reader, LocalMemoryQuery memory) {
    this.layout = layout;
    this.reader = reader;
    this.memory = new MemoryReader(layout, reader, memory);
    this.facts = new FactsReader(layout, reader);
  }

  /**
   * @param capacity the memory of devices as the kernel states it now
   */
  Inspection inspect(PciAddress address, DmemAmounts capacity) {
    Path device = layout.pciDevice(address);
    try {
      if (!isGpuWithDriver(device)) {
        return new Inspection.NotAGpu();
      }
      Inspection.Found found = describe(address, device, capacity);
      // If the device vanished meanwhile, missing files were misread as facts: a VF as a GPU, or
      // unknown local memory as none.
      return reader.isGone(device) ? vanished(address) : found;
    } catch (SkipDevice skip) {
      return reader.isGone(device)
          ? vanished(address)
          : new Inspection.Skipped(
              new SkippedDevice(address, skip.reason(), skip.detail()),
              factsOfSkipped(address, device, skip));
    }
  }

  /** The facts about a function that certainly is an Intel GPU or VF and can at least be named. */
  private Optional<GpuFacts> factsOfSkipped(PciAddress address, Path device, SkipDevice skip) {
    if (!isIntelGpu(device)) {
      return Optional.empty();
    }
    try {
      DeviceUid uid = uid(address, device);
      return Optional.of(
          facts.read(
              uid,
              address,
              facts.nodesOfUnusable(device),
              Optional.empty(),
              facts.healthOfSkipped(device, skip)));
    } catch (SkipDevice nameless) {
      return Optional.empty();
    }
  }

  private static Inspection vanished(PciAddress address) {
    return new Inspection.Skipped(
        new SkippedDevice(address, SkipReason.VANISHED, "the device was removed while it was read"),
        Optional.empty());
  }

  /**
   * Decides by the driver, not by the PCI class alone, because the kernel's drivers also bind GPUs
   * that are no display controllers.
   *
   * @throws SkipDevice if it is a GPU, or may be one, and no supported driver is bound to it
   */
  private boolean isGpuWithDriver(Path device) throws SkipDevice {
    Attribute vendor = reader.read(device.resolve(SysfsLayout.VENDOR));
    return switch (reader.readLink(device.resolve(SysfsLayout.DRIVER))) {
      case Symlink.To(String name) when KernelDriver.fromSysfsName(name).isPresent() -> {
        requireIntel(vendor);
        yield true;
      }
      case Symlink.To(String name) -> {
        refuseIntelDisplay(
            device,
            vendor,
            "is bound to the driver " + SysfsReader.quote(name) + " and not to i915 or xe");
        yield false;
      }
      case Symlink.Absent() -> {
        refuseIntelDisplay(
            device, vendor, "is bound to no driver; is the i915 or xe kernel module loaded?");
        yield false;
      }
      case Symlink.Unreadable(String why) -> {
        if (isOtherVendor(vendor)) {
          yield false;
        }
        throw new SkipDevice(SkipReason.UNREADABLE, SysfsLayout.DRIVER + ": " + why);
      }
    };
  }

  private static void requireIntel(Attribute vendor) throws SkipDevice {
    String id = AttributeValues.require(SysfsLayout.VENDOR, vendor);
    if (!id.equals(SysfsLayout.INTEL_VENDOR_ID)) {
      throw AttributeValues.malformed(SysfsLayout.VENDOR, id, SysfsLayout.INTEL_VENDOR_ID);
    }
  }

  private static boolean isOtherVendor(Attribute vendor) {
    return switch (vendor) {
      case Attribute.Text(String id) -> !id.equals(SysfsLayout.INTEL_VENDOR_ID);
      case Attribute.Absent() -> true;
      case Attribute.Unreadable(String why) -> false;
    };
  }

  private void refuseIntelDisplay(Path device, Attribute vendor, String detail) throws SkipDevice {
    if (vendor instanceof Attribute.Text(String id)
        && id.equals(SysfsLayout.INTEL_VENDOR_ID)
        && (isDisplay(device) || isKnownGpu(device))) {
      throw new SkipDevice(SkipReason.UNSUPPORTED_DRIVER, detail);
    }
  }

  private boolean isIntelGpu(Path device) {
    return reader.read(device.resolve(SysfsLayout.VENDOR)) instanceof Attribute.Text(String id)
        && id.equals(SysfsLayout.INTEL_VENDOR_ID)
        && (isDisplay(device) || isKnownGpu(device) || hasDriverOfGpus(device));
  }

  private boolean hasDriverOfGpus(Path device) {
    return reader.readLink(device.resolve(SysfsLayout.DRIVER)) instanceof Symlink.To(String name)
        && KernelDriver.fromSysfsName(name).isPresent();
  }

  private boolean isDisplay(Path device) {
    return reader.read(device.resolve(SysfsLayout.CLASS)) instanceof Attribute.Text(String type)
        && type.startsWith(DISPLAY_CLASS_PREFIX);
  }

  private boolean isKnownGpu(Path device) {
    return reader.read(device.resolve(SysfsLayout.DEVICE)) instanceof Attribute.Text(String id)
        && PciDeviceId.parse(id).filter(GpuModels::contains).isPresent();
  }

  private Inspection.Found describe(PciAddress address, Path device, DmemAmounts capacity)
      throws SkipDevice {
    DeviceUid uid = uid(address, device);
    DrmNodes drmNodes = drmNodes(device);
    refuseSurvivability(device);
    MemoryReader.Memory local = memory.read(uid, address, drmNodes, capacity);
    GpuFacts known =
        facts.read(
            uid,
            address,
            Optional.of(drmNodes),
            Optional.of(local.source()),
            new GpuHealth.Healthy());
    if (uid.vfIndex().isPresent()) {
      return new Inspection.Found(
          new Gpu(uid, address, local.memoryMiB(), 0, drmNodes), known, Optional.empty());
    }
    try {
      int maxVfs = maxVfs(device);
      EqualShares equalShares =
          maxVfs > 0 ? equalShares(device) : new EqualShares(false, Optional.empty());
      return new Inspection.Found(
          new Gpu(uid, address, local.memoryMiB(), maxVfs, equalShares.assumed(), drmNodes),
          // read one after the other
          known.withSriovCapable(known.sriovCapable() || maxVfs > 0),
          equalShares
              .unknown()
              .map(
                  why ->
                      new SkippedDevice(
                          address,
                          SkipReason.SRIOV_UNKNOWN,
                          "only VFs of equal size are offered: " + why)));
    } catch (SkipDevice sriov) {
      // A whole GPU can be used even if it is unknown whether it could be split.
      return new Inspection.Found(
          new Gpu(uid, address, local.memoryMiB(), 0, drmNodes),
          known,
          Optional.of(
              new SkippedDevice(
                  address,
                  SkipReason.SRIOV_UNKNOWN,
                  "offered as a whole GPU only, without VFs: " + sriov.detail())));
    }
  }

  private DeviceUid uid(PciAddress address, Path device) throws SkipDevice {
    PciDeviceId model = model(device);
    Optional<DeviceUid> vf = vfUid(address, device);
    return vf.isPresent() ? vf.get() : DeviceUid.gpu(address, model);
  }

  /** In survivability mode the driver may still show DRM nodes, but every request to them fails. */
  private void refuseSurvivability(Path device) throws SkipDevice {
    Optional<GpuHealth.Survivability> survivability = facts.survivability(device);
    if (survivability.isPresent()) {
      throw new SkipDevice(SkipReason.SURVIVABILITY_MODE, survivability.get().reason());
    }
  }

  private PciDeviceId model(Path device) throws SkipDevice {
    String id =
        AttributeValues.require(
            SysfsLayout.DEVICE, reader.read(device.resolve(SysfsLayout.DEVICE)));
    return PciDeviceId.parse(id)
        .orElseThrow(
            () -> AttributeValues.malformed(SysfsLayout.DEVICE, id, "an id such as 0x56c0"));
  }

  private DrmNodes drmNodes(Path device) throws SkipDevice {
    Optional<DrmNodes> nodes = facts.drmNodes(device);
    if (nodes.isEmpty()) {
      refuseSurvivability(device);
      throw new SkipDevice(SkipReason.NO_DRM_CARD, new GpuHealth.NoDrmNodes().reason());
    }
    return nodes.get();
  }

  /**
   * The UID of a VF; empty for a GPU. The UID is derived from the parent and contains the parent's
   * model.
   */
  private Optional<DeviceUid> vfUid(PciAddress address, Path device) throws SkipDevice {
    return switch (reader.readLink(device.resolve(SysfsLayout.PHYSFN))) {
      case Symlink.Absent() -> Optional.empty();
      case Symlink.Unreadable(String why) -> throw unknownParent(SysfsLayout.PHYSFN + " " + why);
      case Symlink.To(String name) -> {
        PciAddress parent =
            PciAddress.parse(name)
                .orElseThrow(
                    () ->
                        unknownParent(
                            "physfn points to %s, which is not a PCI address"
                                .formatted(SysfsReader.quote(name))));
        yield Optional.of(parentUid(parent).vf(vfIndex(address, parent)));
      }
    };
  }

  private DeviceUid parentUid(PciAddress parent) throws SkipDevice {
    try {
      return DeviceUid.gpu(parent, model(layout.pciDevice(parent)));
    } catch (SkipDevice e) {
      throw unknownParent("of its parent %s, %s".formatted(parent, e.detail()));
    }
  }

  private int vfIndex(PciAddress vf, PciAddress parent) throws SkipDevice {
    Path parentDevice = layout.pciDevice(parent);
    List<String> names;
    try {
      names = reader.list(parentDevice);
    } catch (IOException e) {
      throw unknownParent("its parent " + parent + " " + SysfsReader.why(e));
    }
    return AttributeValues.indices(names, SysfsLayout.VIRTFN_PREFIX)
        .filter(index -> index < MAX_VFS_OF_PCI)
        .filter(
            index ->
                reader
                    .readLink(parentDevice.resolve(SysfsLayout.VIRTFN_PREFIX + index))
                    .equals(new Symlink.To(vf.toString())))
        .min()
        .orElseThrow(
            () -> unknownParent("its parent %s has no virtfn<N> link to it".formatted(parent)));
  }

  private static SkipDevice unknownParent(String detail) {
    return new SkipDevice(SkipReason.UNKNOWN_PARENT, detail);
  }

  /** 0 if the hardware or the driver cannot make VFs, or if no driver would be bound to them. */
  private int maxVfs(Path device) throws SkipDevice {
    Attribute totalVfs = reader.read(device.resolve(SysfsLayout.SRIOV_TOTALVFS));
    if (totalVfs instanceof Attribute.Absent) {
      return 0;
    }
    String text = AttributeValues.require(SysfsLayout.SRIOV_TOTALVFS, totalVfs);
    long count =
        AttributeValues.number(text).stream()
            .filter(value -> value <= MAX_VFS_OF_PCI)
            .findFirst()
            .orElseThrow(() -> AttributeValues.noNumber(SysfsLayout.SRIOV_TOTALVFS, text));
    return count > 0 && driverMakesVfs(device) && driversAutoprobe(device) ? (int) count : 0;
  }

  private boolean driverMakesVfs(Path device) throws SkipDevice {
    try {
      return DriverVfs.arePossible(reader, device);
    } catch (SriovException e) {
      throw new SkipDevice(SkipReason.UNREADABLE, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Whether all VFs get the same.
   *
   * @param assumed true also if it cannot be read, because equal shares allow fewer VFs than
   *     quotas, never more
   * @param unknown why it cannot be read
   */
  private record EqualShares(boolean assumed, Optional<String> unknown) {}

  private EqualShares equalShares(Path device) {
    try {
      return new EqualShares(!QuotaInterface.of(reader, device).takesQuotas(), Optional.empty());
    } catch (SriovException e) {
      return new EqualShares(true, Optional.of(String.valueOf(e.getMessage())));
    }
  }

  private boolean driversAutoprobe(Path device) throws SkipDevice {
    String name = SysfsLayout.SRIOV_DRIVERS_AUTOPROBE;
    String text = AttributeValues.require(name, reader.read(device.resolve(name)));
    return switch (text) {
      case "0" -> false;
      case "1" -> true;
      default -> throw AttributeValues.malformed(name, text, "0 or 1");
    };
  }
}
