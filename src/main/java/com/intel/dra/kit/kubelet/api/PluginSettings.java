package com.intel.dra.kit.kubelet.api;

import com.intel.dra.kit.kubelet.api.PluginGeneration.Classic;
import com.intel.dra.kit.kubelet.api.PluginGeneration.Structured;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The driver of the plugin, what it offers, and where its sockets are.
 *
 * @param driverName the driver's name as in ResourceClass or DeviceClass
 * @param pluginFolder the driver's folder, usually /var/lib/kubelet/plugins/&lt;driver name&gt;.
 *     The kubelet must see it under the same path
 * @param registryFolder the folder that the kubelet watches for registration sockets, usually
 *     /var/lib/kubelet/plugins_registry
 * @param generation the kubelets that the plugin is for
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

  /** The file that several instances of the driver on one node lock; empty if there is only one. */
  public Optional<Path> lockFile() {
    return switch (generation) {
      case Classic() -> Optional.empty();
      case Structured(var podUid, var health) ->
          podUid.map(uid -> pluginFolder.resolve("serialize.lock"));
    };
  }
}
