package com.intel.dra.gpu.simulator.program;

import java.nio.file.Files;
import java.nio.file.Path;

/** Tells whether this process can mount a FUSE file system on this machine. */
final class FusePossible {

  private FusePossible() {}

  /**
   * Empty if it can. Only known missing requirements are returned; any other reason fails the test.
   */
  static String whyNot() {
    if (!Files.exists(Path.of("/dev/fuse"))) {
      return "there is no /dev/fuse";
    }
    if (!System.getProperty("user.name").equals("root")) {
      return "not root";
    }
    return "";
  }
}
