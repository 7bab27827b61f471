package com.intel.dra.gpu.sysfs.drm;

import java.io.Serial;

/** The kernel answered a DRM call with an error. This exception never leaves the package. */
final class DrmException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * @param what the attempted call, such as {@code open of /dev/dri/card0}
   */
  DrmException(String what, int errno) {
    super("%s failed with %s".formatted(what, DrmErrno.name(errno)), null, false, false);
    this.errno = errno;
  }

  int errno() {
    return errno;
  }
}
