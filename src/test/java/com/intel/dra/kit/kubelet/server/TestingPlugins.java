package com.intel.dra.kit.kubelet.server;

import com.intel.dra.kit.kubelet.api.PluginGeneration;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import java.nio.file.Path;

/** Settings of plugins that tests start. */
final class TestingPlugins {

  private TestingPlugins() {}

  /** The settings of a plugin of classic DRA, with its folders below {@code root}. */
  static PluginSettings classic(Path root) {
    return new PluginSettings(
        "gpu.example.com",
        root.resolve("plugins/gpu.example.com"),
        root.resolve("registry"),
        new PluginGeneration.Classic());
  }
}
