package com.intel.dra.gpu.sysfs.discovery;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.sysfs.dmem.DmemAmounts;
import com.intel.dra.gpu.sysfs.dmem.DmemFile;
import com.intel.dra.gpu.sysfs.drm.LocalMemoryQuery;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds the Intel GPUs and VFs that the kernel shows in sysfs. It keeps no state between two looks
 * and changes nothing, so it may be called at any rate and from any number of threads.
 */
public final class GpuDiscovery {

  private final SysfsLayout layout;
  private final SysfsReader reader;
  private final LocalMemoryQuery memory;
  private final DmemFile capacities;
  private final PciFunctionReader functions;

  /**
   * Reads only files and queries no driver.
   *
   * @param sysfsRoot where the host's {@code /sys} is mounted
   */
  public GpuDiscovery(Path sysfsRoot) {
    this(sysfsRoot, LocalMemoryQuery.SWITCHED_OFF);
  }

  /**
   * Expects the control groups where the kernel has them, in sysfs.
   *
   * @param sysfsRoot where the host's {@code /sys} is mounted
   * @param memory queried first for each device; files are used if it has no answer
   */
  public GpuDiscovery(Path sysfsRoot, LocalMemoryQuery memory) {
    this(sysfsRoot, memory, new DmemFile(new SysfsLayout(sysfsRoot).cgroup()));
  }

  /**
   * @param sysfsRoot where the host's {@code /sys} is mounted
   * @param memory queried first for each device; files are used if it has no answer
   * @param capacities the first of these files
   */
  public GpuDiscovery(Path sysfsRoot, LocalMemoryQuery memory, DmemFile capacities) {
    this(new SysfsLayout(sysfsRoot), new SysfsReader(), memory, capacities);
  }

  /**
   * @param sysfsRoot where the host's {@code /sys} is mounted
   * @param reader reads all files
   * @param memory queried first for each device; files are used if it has no answer
   * @param capacities the first of these files
   */
  public GpuDiscovery(
      Path sysfsRoot, SysfsReader reader, LocalMemoryQuery memory, DmemFile capacities) {
    this(new SysfsLayout(sysfsRoot), reader, memory, capacities);
  }

  GpuDiscovery(SysfsLayout layout, SysfsReader reader) {
    this(layout, reader, LocalMemoryQuery.SWITCHED_OFF, new DmemFile(layout.cgroup()));
  }

  private GpuDiscovery(
      SysfsLayout layout, SysfsReader reader, LocalMemoryQuery memory, DmemFile capacities) {
    this.layout = layout;
    this.reader = reader;
    this.memory = memory;
    this.capacities = capacities;
    this.functions = new PciFunctionReader(layout, reader, memory);
  }

  /**
   * Looks at every PCI function once. A device that cannot be understood is reported as skipped and
   * never hides another. So is one whose driver does not say in time how much memory it has.
   *
   * @throws UnusableSysfsException if the PCI devices cannot be listed
   */
  public Discovery discover() throws UnusableSysfsException {
    List<Gpu> devices = new ArrayList<>();
    List<SkippedDevice> skipped = new ArrayList<>();
    List<GpuFacts> facts = new ArrayList<>();
    memory.lookBegins();
    DmemAmounts capacity = capacities.read(reader);
    for (PciAddress address : pciAddresses()) {
      switch (functions.inspect(address, capacity)) {
        case Inspection.Found(Gpu gpu, GpuFacts known, Optional<SkippedDevice> withoutVfs) -> {
          devices.add(gpu);
          facts.add(known);
          withoutVfs.ifPresent(skipped::add);
        }
        case Inspection.Skipped(SkippedDevice device, Optional<GpuFacts> known) -> {
          skipped.add(device);
          known.ifPresent(facts::add);
        }
        case Inspection.NotAGpu() -> {}
      }
    }
    devices.sort(Comparator.comparing(Gpu::uid));
    skipped.sort(Comparator.comparing(SkippedDevice::address));
    facts.sort(Comparator.comparing(GpuFacts::uid));
    return new Discovery(devices, skipped, facts, capacity.problem());
  }

  private List<PciAddress> pciAddresses() throws UnusableSysfsException {
    List<String> names;
    try {
      names = reader.list(layout.pciDevices());
    } catch (IOException e) {
      throw new UnusableSysfsException(layout.pciDevices(), SysfsReader.why(e), e);
    }
    return names.stream().flatMap(name -> pciAddress(name).stream()).toList();
  }

  // Accepts only the kernel's spelling; otherwise one function could be found under two names.
  private static Optional<PciAddress> pciAddress(String name) {
    return PciAddress.parse(name).filter(address -> address.toString().equals(name));
  }
}
