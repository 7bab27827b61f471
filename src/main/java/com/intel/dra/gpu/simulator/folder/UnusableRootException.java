package com.intel.dra.gpu.simulator.folder;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/** Simulated GPUs must not be made in this root folder. */
public final class UnusableRootException extends IOException {

  @Serial private static final long serialVersionUID = 1L;

  UnusableRootException(Path root, String why) {
    super("root " + root + ": " + why);
  }
}
