package com.intel.dra.gpu.simulator.folder;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/** The kernel refused to make a device node. */
public final class MknodException extends IOException {

  @Serial private static final long serialVersionUID = 1L;

  private static final int EPERM = 1;

  private final int errno;

  MknodException(Path node, int errno) {
    super(
        "mknod %s failed with errno %d%s"
            .formatted(
                node,
                errno,
                errno == EPERM
                    ? " (EPERM): run as root with the capability CAP_MKNOD and outside of a user"
                        + " namespace, or ask for plain files instead of device nodes"
                    : ""));
    this.errno = errno;
  }

  public int errno() {
    return errno;
  }
}
