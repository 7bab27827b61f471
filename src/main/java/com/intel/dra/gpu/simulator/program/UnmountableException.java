package com.intel.dra.gpu.simulator.program;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/** The kernel refused to mount the simulated sysfs. */
public final class UnmountableException extends IOException {

  @Serial private static final long serialVersionUID = 1L;

  UnmountableException(Path folder, IOException cause) {
    super(
        "cannot mount a file system at %s: %s; run as root with the capability CAP_SYS_ADMIN and /dev/fuse (in Kubernetes: privileged), or ask for plain files with --plain-sysfs"
            .formatted(folder, cause.getMessage()),
        cause);
  }
}
