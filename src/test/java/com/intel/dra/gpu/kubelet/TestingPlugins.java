package com.intel.dra.gpu.kubelet;

import java.nio.file.Path;

/** Settings of plugins that tests start. */
final class TestingPlugins {

  private TestingPlugins() {}

  /** One of classic DRA, whose folders are below that one. */
  static PluginSettings classic(Path root) {
    return new PluginSettings(
        "gpu.example.com",
        root.resolve("plugins/gpu.example.com"),
        root.resolve("registry"),
        new PluginGeneration.Classic());
  }
}
