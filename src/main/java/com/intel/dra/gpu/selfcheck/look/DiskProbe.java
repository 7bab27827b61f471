package com.intel.dra.gpu.selfcheck.look;

import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.state.BootId;
import com.intel.dra.gpu.nodeagent.state.StateOnDisk;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import com.intel.dra.kit.cdi.CdiDevice;
import com.intel.dra.kit.cdi.CdiFolder;
import com.intel.dra.kit.files.AtomicFile;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.kubelet.server.PluginSocket;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads the files and sockets that the agent keeps on its node.
 *
 * @param devRoot the host's device folder as the container runtime sees it
 */
public record DiskProbe(
    StateOnDisk state, CdiFolder cdi, Path devRoot, PluginSettings plugin, BootId boot) {

  NodeSnapshot.StateFile<StateOnDisk.Prepared> prepared() {
    return new NodeSnapshot.StateFile<>(
        state.preparedClaimsFile(), state.preparedClaims(), boot.value());
  }

  NodeSnapshot.StateFile<Map<String, VfHostRecord>> vfHosts() {
    return new NodeSnapshot.StateFile<>(state.vfHostsFile(), state.vfHosts(), boot.value());
  }

  /**
   * @param hardware the devices from which the expected CDI spec is computed
   */
  Observed<NodeSnapshot.Cdi> cdi(Observed<NodeSnapshot.Hardware> hardware) {
    return switch (hardware) {
      case Observed.NotSeen<NodeSnapshot.Hardware> _ ->
          new Observed.NotSeen<>("there is nothing to compare it with");
      case Observed.Seen<NodeSnapshot.Hardware>(NodeSnapshot.Hardware seen) -> cdi(seen);
    };
  }

  private Observed<NodeSnapshot.Cdi> cdi(NodeSnapshot.Hardware hardware) {
    var wanted = new TreeMap<String, List<String>>();
    for (CdiDevice device : GpuCdiDevices.of(hardware.devices(), devRoot)) {
      wanted.put(
          device.name(),
          device.containerEdits().deviceNodes().stream()
              .map(node -> node.hostPath().orElse(node.path()))
              .distinct()
              .toList());
    }
    try {
      return new Observed.Seen<>(
          switch (cdi.spec()) {
            case CdiFolder.Content.Devices(Map<String, List<String>> devices) ->
                new NodeSnapshot.Cdi(
                    cdi.specFile(),
                    Optional.empty(),
                    withoutFirmware(devices),
                    wanted,
                    cdi.inOtherFiles());
            case CdiFolder.Content.Unreadable(String reason) ->
                new NodeSnapshot.Cdi(
                    cdi.specFile(), Optional.of(reason), Map.of(), wanted, Map.of());
          });
    } catch (IOException e) {
      return new Observed.NotSeen<>(String.valueOf(e.getMessage()));
    }
  }

  /** The look at the hardware does not tell of it. */
  private static Map<String, List<String>> withoutFirmware(Map<String, List<String>> devices) {
    var gpus = new TreeMap<>(devices);
    gpus.keySet().removeIf(GpuCdiDevices::isFirmware);
    return gpus;
  }

  Observed<List<PluginSocket>> sockets() {
    try {
      return new Observed.Seen<>(PluginSocket.of(plugin));
    } catch (NoSuchFileException e) {
      return new Observed.Seen<>(List.of()); // a folder that no agent has made yet
    } catch (IOException e) {
      return new Observed.NotSeen<>(String.valueOf(e.getMessage()));
    }
  }

  List<Path> leftovers() {
    var found = new ArrayList<Path>();
    for (Path file : List.of(state.preparedClaimsFile(), state.vfHostsFile(), cdi.specFile())) {
      try {
        found.addAll(AtomicFile.leftovers(file));
      } catch (IOException e) {
        // a missing folder has no leftovers, and an unreadable one is reported for its files
      }
    }
    return found;
  }
}
