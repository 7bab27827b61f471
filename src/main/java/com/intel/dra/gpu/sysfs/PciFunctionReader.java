package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Understands one PCI function: is it an Intel GPU or VF, and what can it do. */
final class PciFunctionReader {

  private static final String DISPLAY_CLASS_PREFIX = "0x03";
  private static final int MAX_VFS_OF_PCI = 0xffff;
  private static final long BYTES_PER_MIB = 1L << 20;
  private static final Pattern INDEX = Pattern.compile("0|[1-9]\\d{0,6}");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  private final SysfsLayout layout;
  private final SysfsReader reader;

  PciFunctionReader(SysfsLayout layout, SysfsReader reader) {
    this.layout = layout;
    this.reader = reader;
  }

  Inspection inspect(PciAddress address) {
    Path device = layout.pciDevice(address);
    try {
      if (!isGpuWithDriver(device)) {
        return new Inspection.NotAGpu();
      }
      Inspection.Found found = describe(address, device);
      // Of a device that went away in between, what is missing was taken for not being so: a VF
      // for a GPU, local memory for none.
      return reader.isGone(device) ? vanished(address) : found;
    } catch (SkipDevice skip) {
      return reader.isGone(device)
          ? vanished(address)
          : new Inspection.Skipped(new SkippedDevice(address, skip.reason(), skip.detail()));
    }
  }

  private static Inspection vanished(PciAddress address) {
    return new Inspection.Skipped(
        new SkippedDevice(
            address, SkipReason.VANISHED, "the device was removed while it was read"));
  }

  /**
   * Not by PCI class alone: the kernel's drivers also bind GPUs that are no display controllers.
   *
   * @throws SkipDevice when it is a GPU, or may well be one, that has no driver of ours
   */
  private boolean isGpuWithDriver(Path device) throws SkipDevice {
    Attribute vendor = reader.read(device.resolve(SysfsLayout.VENDOR));
    return switch (reader.readLink(device.resolve(SysfsLayout.DRIVER))) {
      case Link.To(String name) when KernelDriver.fromSysfsName(name).isPresent() -> {
        requireIntel(vendor);
        yield true;
      }
      case Link.To(String name) -> {
        refuseIntelDisplay(
            device,
            vendor,
            "is bound to the driver " + SysfsReader.quote(name) + " and not to i915 or xe");
        yield false;
      }
      case Link.Absent() -> {
        refuseIntelDisplay(
            device, vendor, "is bound to no driver; is the i915 or xe kernel module loaded?");
        yield false;
      }
      case Link.Unreadable(String why) -> {
        if (isOtherVendor(vendor)) {
          yield false;
        }
        throw new SkipDevice(SkipReason.UNREADABLE, SysfsLayout.DRIVER + ": " + why);
      }
    };
  }

  private static void requireIntel(Attribute vendor) throws SkipDevice {
    String id = require(SysfsLayout.VENDOR, vendor);
    if (!id.equals(SysfsLayout.INTEL_VENDOR_ID)) {
      throw malformed(SysfsLayout.VENDOR, id, SysfsLayout.INTEL_VENDOR_ID);
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
        && reader.read(device.resolve(SysfsLayout.CLASS)) instanceof Attribute.Text(String type)
        && type.startsWith(DISPLAY_CLASS_PREFIX)) {
      throw new SkipDevice(SkipReason.UNSUPPORTED_DRIVER, detail);
    }
  }

  private Inspection.Found describe(PciAddress address, Path device) throws SkipDevice {
    PciDeviceId model = model(device);
    DrmNodes drmNodes = drmNodes(device);
    int memoryMiB = memoryMiB(drmNodes);
    Optional<DeviceUid> vfUid = vfUid(address, device);
    if (vfUid.isPresent()) {
      int vfMemoryMiB = memoryMiB > 0 ? memoryMiB : vramQuotaMiB(vfUid.get());
      return new Inspection.Found(
          new Gpu(vfUid.get(), address, vfMemoryMiB, 0, drmNodes), Optional.empty());
    }
    DeviceUid uid = DeviceUid.gpu(address, model);
    try {
      return new Inspection.Found(
          new Gpu(uid, address, memoryMiB, maxVfs(device), drmNodes), Optional.empty());
    } catch (SkipDevice sriov) {
      // A whole GPU can be used without knowing whether it could be split.
      return new Inspection.Found(
          new Gpu(uid, address, memoryMiB, 0, drmNodes),
          Optional.of(
              new SkippedDevice(
                  address,
                  SkipReason.SRIOV_UNKNOWN,
                  "offered as a whole GPU only, without VFs: " + sriov.detail())));
    }
  }

  private PciDeviceId model(Path device) throws SkipDevice {
    String id = require(SysfsLayout.DEVICE, reader.read(device.resolve(SysfsLayout.DEVICE)));
    return PciDeviceId.parse(id)
        .orElseThrow(() -> malformed(SysfsLayout.DEVICE, id, "an id such as 0x56c0"));
  }

  private DrmNodes drmNodes(Path device) throws SkipDevice {
    List<String> names;
    try {
      names = reader.list(device.resolve(SysfsLayout.DRM));
    } catch (NoSuchFileException e) {
      throw noDrmCard();
    } catch (IOException e) {
      throw new SkipDevice(SkipReason.UNREADABLE, SysfsLayout.DRM + ": " + SysfsReader.why(e));
    }
    // The kernel makes one of each; the lowest is taken so that the answer is always the same.
    int card =
        indices(names, SysfsLayout.CARD_PREFIX).min().orElseThrow(PciFunctionReader::noDrmCard);
    return new DrmNodes(card, indices(names, SysfsLayout.RENDER_PREFIX).min());
  }

  private static SkipDevice noDrmCard() {
    return new SkipDevice(
        SkipReason.NO_DRM_CARD,
        "the driver is bound but shows no drm/card<N>: it is still starting, or it gave up"
            + " (see the kernel log)");
  }

  private int memoryMiB(DrmNodes drmNodes) throws SkipDevice {
    String name = SysfsLayout.LMEM_TOTAL_BYTES;
    return switch (reader.read(layout.drmCard(drmNodes.cardIndex()).resolve(name))) {
      case Attribute.Absent() -> 0;
      case Attribute.Unreadable(String why) ->
          throw new SkipDevice(SkipReason.UNREADABLE, name + ": " + why);
      case Attribute.Text(String text) -> mib(name, text);
    };
  }

  private static int mib(String name, String bytes) throws SkipDevice {
    long mib = number(bytes).orElseThrow(() -> noNumber(name, bytes)) / BYTES_PER_MIB;
    if (mib > Integer.MAX_VALUE) {
      throw noNumber(name, bytes);
    }
    return (int) mib;
  }

  /** What xe gave to a VF, which shows no {@code lmem_total_bytes}; 0 before Linux 7.0. */
  private int vramQuotaMiB(DeviceUid vf) throws SkipDevice {
    Path quota =
        SriovAdmin.vramQuota(layout.pciDevice(vf.address()), vf.vfIndex().orElseThrow() + 1);
    return reader.read(quota) instanceof Attribute.Text(String text)
        ? mib(SriovAdmin.VRAM_QUOTA, text)
        : 0;
  }

  /** The UID of a VF; empty for a GPU. A VF is named after its parent, whose model it carries. */
  private Optional<DeviceUid> vfUid(PciAddress address, Path device) throws SkipDevice {
    return switch (reader.readLink(device.resolve(SysfsLayout.PHYSFN))) {
      case Link.Absent() -> Optional.empty();
      case Link.Unreadable(String why) -> throw unknownParent(SysfsLayout.PHYSFN + " " + why);
      case Link.To(String name) -> {
        PciAddress parent =
            PciAddress.parse(name)
                .orElseThrow(
                    () ->
                        unknownParent(
                            "physfn points to %s, which is no PCI address"
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
    return indices(names, SysfsLayout.VIRTFN_PREFIX)
        .filter(index -> index < MAX_VFS_OF_PCI)
        .filter(
            index ->
                reader
                    .readLink(parentDevice.resolve(SysfsLayout.VIRTFN_PREFIX + index))
                    .equals(new Link.To(vf.toString())))
        .min()
        .orElseThrow(
            () -> unknownParent("its parent %s has no virtfn<N> link to it".formatted(parent)));
  }

  private static SkipDevice unknownParent(String detail) {
    return new SkipDevice(SkipReason.UNKNOWN_PARENT, detail);
  }

  /** 0 where VFs are impossible, and where nothing would bind a driver to them. */
  private int maxVfs(Path device) throws SkipDevice {
    Attribute totalVfs = reader.read(device.resolve(SysfsLayout.SRIOV_TOTALVFS));
    if (totalVfs instanceof Attribute.Absent) {
      return 0;
    }
    String text = require(SysfsLayout.SRIOV_TOTALVFS, totalVfs);
    long count =
        number(text).stream()
            .filter(value -> value <= MAX_VFS_OF_PCI)
            .findFirst()
            .orElseThrow(() -> noNumber(SysfsLayout.SRIOV_TOTALVFS, text));
    return count > 0 && driversAutoprobe(device) ? (int) count : 0;
  }

  private boolean driversAutoprobe(Path device) throws SkipDevice {
    String name = SysfsLayout.SRIOV_DRIVERS_AUTOPROBE;
    String text = require(name, reader.read(device.resolve(name)));
    return switch (text) {
      case "0" -> false;
      case "1" -> true;
      default -> throw malformed(name, text, "0 or 1");
    };
  }

  private static String require(String name, Attribute attribute) throws SkipDevice {
    return switch (attribute) {
      case Attribute.Text(String value) -> value;
      case Attribute.Absent() ->
          throw new SkipDevice(SkipReason.UNREADABLE, name + ": does not exist");
      case Attribute.Unreadable(String why) ->
          throw new SkipDevice(SkipReason.UNREADABLE, name + ": " + why);
    };
  }

  private static SkipDevice noNumber(String name, String value) {
    return malformed(name, value, "a decimal number in the range of the file");
  }

  private static SkipDevice malformed(String name, String value, String expected) {
    return new SkipDevice(
        SkipReason.MALFORMED,
        "%s: says %s, expected %s".formatted(name, SysfsReader.quote(value), expected));
  }

  private static OptionalLong number(String text) {
    return NUMBER.matcher(text).matches()
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  /** The numbers in the names that are this prefix and a number as the kernel writes it. */
  private static IntStream indices(List<String> names, String prefix) {
    return names.stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .filter(INDEX.asMatchPredicate())
        .mapToInt(Integer::parseInt);
  }
}
