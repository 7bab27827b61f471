package com.intel.dra.gpu.kubelet;

import java.nio.file.Path;

/**
 * Whose plugin it is and where its sockets go.
 *
 * @param driverName the driver's name as in ResourceClass or DeviceClass
 * @param pluginFolder the driver's own folder, usually /var/lib/kubelet/plugins/&lt;driver
 *     name&gt;. The kubelet must see it under the same path
 * @param registryFolder the folder that the kubelet watches for registration sockets, usually
 *     /var/lib/kubelet/plugins_registry
 */
public record PluginSettings(String driverName, Path pluginFolder, Path registryFolder) {

  public PluginSettings {
    pluginFolder = pluginFolder.toAbsolutePath();
    registryFolder = registryFolder.toAbsolutePath();
  }

  public Path pluginSocket() {
    return pluginFolder.resolve("plugin.sock");
  }

  public Path registrationSocket() {
    return registryFolder.resolve(driverName + ".sock");
  }
}
