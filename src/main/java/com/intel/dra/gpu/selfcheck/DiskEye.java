package com.intel.dra.gpu.selfcheck;

import com.intel.dra.gpu.cdi.CdiDevice;
import com.intel.dra.gpu.cdi.CdiFolder;
import com.intel.dra.gpu.files.AtomicFile;
import com.intel.dra.gpu.kubelet.PluginSettings;
import com.intel.dra.gpu.kubelet.PluginSocket;
import com.intel.dra.gpu.nodeagent.BootId;
import com.intel.dra.gpu.nodeagent.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.MadeVfs;
import com.intel.dra.gpu.nodeagent.StateOnDisk;
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
public record DiskEye(
    StateOnDisk state, CdiFolder cdi, Path devRoot, PluginSettings plugin, BootId boot) {

  Picture.StateFile<StateOnDisk.Prepared> prepared() {
    return new Picture.StateFile<>(
        state.preparedClaimsFile(), state.preparedClaims(), boot.value());
  }

  Picture.StateFile<Map<String, MadeVfs>> vfHosts() {
    return new Picture.StateFile<>(state.vfHostsFile(), state.vfHosts(), boot.value());
  }

  /**
   * @param hardware the devices from which the expected CDI spec is computed
   */
  Sight<Picture.Cdi> cdi(Sight<Picture.Hardware> hardware) {
    return switch (hardware) {
      case Sight.NotSeen<Picture.Hardware> _ ->
          new Sight.NotSeen<>("there is nothing to compare it with");
      case Sight.Seen<Picture.Hardware>(Picture.Hardware seen) -> cdi(seen);
    };
  }

  private Sight<Picture.Cdi> cdi(Picture.Hardware hardware) {
    var wanted = new TreeMap<String, List<String>>();
    for (CdiDevice device : GpuCdiDevices.of(hardware.devices(), devRoot)) {
      wanted.put(
          device.name(),
          device.containerEdits().deviceNodes().stream()
              .map(node -> node.hostPath().orElse(node.path()))
              .toList());
    }
    try {
      return new Sight.Seen<>(
          switch (cdi.spec()) {
            case CdiFolder.Content.Devices(Map<String, List<String>> devices) ->
                new Picture.Cdi(
                    cdi.specFile(), Optional.empty(), devices, wanted, cdi.inOtherFiles());
            case CdiFolder.Content.Unreadable(String reason) ->
                new Picture.Cdi(cdi.specFile(), Optional.of(reason), Map.of(), wanted, Map.of());
          });
    } catch (IOException e) {
      return new Sight.NotSeen<>(String.valueOf(e.getMessage()));
    }
  }

  Sight<List<PluginSocket>> sockets() {
    try {
      return new Sight.Seen<>(PluginSocket.of(plugin));
    } catch (NoSuchFileException e) {
      return new Sight.Seen<>(List.of()); // a folder that no agent has made yet
    } catch (IOException e) {
      return new Sight.NotSeen<>(String.valueOf(e.getMessage()));
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
