package com.intel.dra.gpu.kubelet;

import com.intel.dra.gpu.kubelet.PluginGeneration.Classic;
import com.intel.dra.gpu.kubelet.PluginGeneration.Structured;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose plugin it is, what it offers, and where its sockets go.
 *
 * @param driverName the driver's name as in ResourceClass or DeviceClass
 * @param pluginFolder the driver's own folder, usually /var/lib/kubelet/plugins/&lt;driver
 *     name&gt;. The kubelet must see it under the same path
 * @param registryFolder the folder that the kubelet watches for registration sockets, usually
 *     /var/lib/kubelet/plugins_registry
 * @param generation which kubelets the plugin is for
 */
public record PluginSettings(
    String driverName, Path pluginFolder, Path registryFolder, PluginGeneration generation) {

  public PluginSettings {
    pluginFolder = pluginFolder.toAbsolutePath();
    registryFolder = registryFolder.toAbsolutePath();
  }

  public Path pluginSocket() {
    return SocketNames.plugin(pluginFolder, generation);
  }

  public Path registrationSocket() {
    return SocketNames.registration(pluginFolder, registryFolder, driverName, generation);
  }

  /** What several instances of the driver on one node lock; empty when there is only one. */
  public Optional<Path> lockFile() {
    return switch (generation) {
      case Classic() -> Optional.empty();
      case Structured(var podUid, var health) ->
          podUid.map(uid -> pluginFolder.resolve("serialize.lock"));
    };
  }
}
