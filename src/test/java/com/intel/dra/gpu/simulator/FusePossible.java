package com.intel.dra.gpu.simulator;

import java.nio.file.Files;
import java.nio.file.Path;

/** Whether this machine lets this process mount a FUSE file system. */
final class FusePossible {

  private FusePossible() {}

  /** Empty if it does: what is missing is known, and anything else is a failure of the test. */
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
