package com.intel.dra.gpu.selfcheck.look;

import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.state.StateOnDisk;
import com.intel.dra.gpu.sysfs.discovery.Discovery;
import com.intel.dra.gpu.sysfs.discovery.GpuDiscovery;
import com.intel.dra.gpu.sysfs.discovery.SkippedDevice;
import com.intel.dra.gpu.sysfs.discovery.UnusableSysfsException;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.sriov.VirtualFunctions;
import com.intel.dra.kit.cdi.CdiFolder;
import com.intel.dra.kit.files.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the files by which the agent and its self-check know a node's GPUs, for a report: those of
 * the kernel and the agent's own. No other file is read, so nothing else gets into the report.
 */
public final class NodeFiles {

  /** A record of a few hundred claims has a tenth of this. The process has little memory. */
  static final int MAX_BYTES = 1 << 20;

  private final AgentConfig config;
  private final DraMode mode;

  public NodeFiles(AgentConfig config, DraMode mode) {
    this.config = config;
    this.mode = mode;
  }

  /** Returns the kernel's files of each GPU and VF, and those of the GPUs' memory. */
  public List<NodeFile> ofTheKernel() {
    var reader = new RecordingReader();
    GpuDiscovery discovery = AgentConfig.discovery(config, reader);
    Discovery found;
    try {
      found = discovery.discover();
    } catch (UnusableSysfsException e) {
      return List.of(
          new NodeFile.Unreadable(
              new SysfsLayout(config.sysfsRoot()).pciDevices(), String.valueOf(e.getMessage())));
    }
    new HardwareProbe(
            discovery, new VirtualFunctions(config.sysfsRoot(), reader), config.vfSurveyWait())
        .look();
    Set<String> gpus =
        Stream.concat(
                found.facts().stream().map(GpuFacts::address),
                found.skipped().stream().map(SkippedDevice::address))
            .map(PciAddress::toString)
            .collect(Collectors.toUnmodifiableSet());
    Path functions = new SysfsLayout(config.sysfsRoot()).pciDevices();
    return reader.files().stream().filter(file -> isOf(gpus, functions, file.path())).toList();
  }

  /** A file of another PCI function says nothing of GPUs. */
  private static boolean isOf(Set<String> gpus, Path functions, Path file) {
    return !file.startsWith(functions)
        || gpus.contains(functions.relativize(file).getName(0).toString());
  }

  /** Returns where the agent has its own files: its records and the CDI spec. */
  public List<Path> own() {
    return Stream.concat(
            new StateOnDisk(config.stateDir(mode)).files().stream(),
            Stream.of(new CdiFolder(config.cdiRoot(), GpuCdiDevices.KIND).specFile()))
        .toList();
  }

  /** Reads one of the agent's own files. */
  public static NodeFile read(Path file) {
    try {
      Optional<byte[]> content = AtomicFile.read(file, MAX_BYTES);
      if (content.isEmpty()) {
        return new NodeFile.Absent(file);
      }
      return content.get().length > MAX_BYTES
          ? new NodeFile.Unreadable(file, "is larger than %d bytes".formatted(MAX_BYTES))
          : new NodeFile.Text(file, new String(content.get(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      return new NodeFile.Unreadable(file, String.valueOf(e.getMessage()));
    }
  }
}
