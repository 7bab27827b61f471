package com.intel.dra.gpu.sysfs.discovery;

import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.DrmNodes;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuHealth;
import com.intel.dra.gpu.device.GpuHealth.Survivability;
import com.intel.dra.gpu.device.MemorySource;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.sysfs.files.Attribute;
import com.intel.dra.gpu.sysfs.files.Symlink;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import com.intel.dra.gpu.sysfs.sriov.DriverVfs;
import com.intel.dra.gpu.sysfs.sriov.SriovException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Reads facts about a device without deciding anything: missing or invalid values are left out. The
 * DRM nodes are the exception, because a device without them cannot be used.
 */
final class FactsReader {

  /** The kernel writes the domain with 4 to 8 digits. */
  private static final Pattern HOST_BRIDGE = Pattern.compile("pci[0-9a-f]{4,8}:[0-9a-f]{2}");

  /** Attributes of ResourceSlices hold texts of up to 64 characters. */
  private static final Pattern DRIVER_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  private static final String SURVIVABILITY_TYPE = "Survivability mode type:";

  private final SysfsLayout layout;
  private final SysfsReader reader;
  private volatile Optional<Path> devices = Optional.empty();

  FactsReader(SysfsLayout layout, SysfsReader reader) {
    this.layout = layout;
    this.reader = reader;
  }

  GpuFacts read(
      DeviceUid uid,
      PciAddress address,
      Optional<DrmNodes> drmNodes,
      Optional<MemorySource> memory,
      GpuHealth health) {
    Path device = layout.pciDevice(address);
    return new GpuFacts(
        uid,
        address,
        driver(device),
        sriovCapable(device),
        pcieRoot(device),
        numaNode(device),
        drmNodes,
        uid.parent().isEmpty() ? meiNodes(device) : List.of(),
        memory,
        health);
  }

  /** They belong to a device that the driver makes below the GPU, such as i915.mei-gsc.768. */
  private List<Integer> meiNodes(Path device) {
    return names(device).stream()
        .filter(child -> child.contains(SysfsLayout.MEI))
        .map(child -> names(device.resolve(child).resolve(SysfsLayout.MEI)))
        .flatMap(nodes -> AttributeValues.indices(nodes, SysfsLayout.MEI).boxed())
        .sorted()
        .toList();
  }

  private List<String> names(Path folder) {
    try {
      return reader.list(folder);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Returns empty if the driver shows no card. */
  Optional<DrmNodes> drmNodes(Path device) throws SkipDevice {
    List<String> names;
    try {
      names = reader.list(device.resolve(SysfsLayout.DRM));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new SkipDevice(SkipReason.UNREADABLE, SysfsLayout.DRM + ": " + SysfsReader.why(e));
    }
    // The kernel makes one of each; taking the lowest keeps the result stable.
    OptionalInt card = AttributeValues.indices(names, SysfsLayout.CARD_PREFIX).min();
    return card.isPresent()
        ? Optional.of(
            new DrmNodes(
                card.getAsInt(), AttributeValues.indices(names, SysfsLayout.RENDER_PREFIX).min()))
        : Optional.empty();
  }

  Optional<DrmNodes> nodesOfUnusable(Path device) {
    try {
      return drmNodes(device);
    } catch (SkipDevice unreadable) {
      return Optional.empty();
    }
  }

  /**
   * Decided by the existence of the file: even without the right to read it, its presence is known.
   */
  Optional<Survivability> survivability(Path device) {
    return switch (reader.read(device.resolve(SysfsLayout.SURVIVABILITY_MODE))) {
      case Attribute.Absent() -> Optional.empty();
      case Attribute.Unreadable(String why) ->
          Optional.of(new Survivability(Survivability.Type.UNKNOWN));
      case Attribute.Text(String text) -> Optional.of(new Survivability(type(text)));
    };
  }

  private static Survivability.Type type(String text) {
    String first = text.lines().findFirst().orElse("");
    return switch (first.replace(SURVIVABILITY_TYPE, "").strip()) {
      case "Boot" -> Survivability.Type.BOOT;
      case "Runtime" -> Survivability.Type.RUNTIME;
      default -> Survivability.Type.UNKNOWN;
    };
  }

  GpuHealth healthOfSkipped(Path device, SkipDevice skip) {
    Optional<Survivability> survivability = survivability(device);
    if (survivability.isPresent()) {
      return survivability.get();
    }
    return switch (skip.reason()) {
      case UNSUPPORTED_DRIVER -> new GpuHealth.OtherDriver(driver(device));
      case NO_DRM_CARD -> new GpuHealth.NoDrmNodes();
      case VANISHED -> new GpuHealth.Vanished();
      case SURVIVABILITY_MODE, UNKNOWN_PARENT, MALFORMED, UNREADABLE, SRIOV_UNKNOWN ->
          new GpuHealth.Unreadable(skip.detail());
    };
  }

  /**
   * Empty if the name is no valid driver name: it is published to Kubernetes, which accepts only
   * short plain texts.
   */
  private Optional<String> driver(Path device) {
    return reader.readLink(device.resolve(SysfsLayout.DRIVER)) instanceof Symlink.To(String name)
        ? Optional.of(name).filter(DRIVER_NAME.asMatchPredicate())
        : Optional.empty();
  }

  private boolean sriovCapable(Path device) {
    try {
      return number(device.resolve(SysfsLayout.SRIOV_TOTALVFS)).orElse(0) > 0
          && DriverVfs.arePossible(reader, device);
    } catch (SriovException unknown) {
      return false;
    }
  }

  /** Empty for -1, with which the kernel says that the machine has no NUMA nodes. */
  private OptionalInt numaNode(Path device) {
    OptionalLong node = number(device.resolve(SysfsLayout.NUMA_NODE));
    return node.isPresent() && node.getAsLong() <= Integer.MAX_VALUE
        ? OptionalInt.of((int) node.getAsLong())
        : OptionalInt.empty();
  }

  private OptionalLong number(Path file) {
    return reader.read(file) instanceof Attribute.Text(String text)
        ? AttributeValues.number(text)
        : OptionalLong.empty();
  }

  /** The first folder below {@code devices} whose name is that of a host bridge. */
  private Optional<String> pcieRoot(Path device) {
    try {
      Path devices = devices();
      Path real = device.toRealPath();
      return real.startsWith(devices)
          ? StreamSupport.stream(devices.relativize(real).spliterator(), false)
              .map(Path::toString)
              .filter(HOST_BRIDGE.asMatchPredicate())
              .findFirst()
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Resolved once: the location of sysfs does not change, and resolving it takes as long as
   * resolving a device.
   */
  private Path devices() throws IOException {
    if (devices.isEmpty()) {
      devices = Optional.of(layout.root().resolve(SysfsLayout.DEVICES).toRealPath());
    }
    return devices.get();
  }
}
