package com.intel.dra.gpu.sysfs.discovery;

import java.io.Serial;

/**
 * Ends the reading of one device. It is turned into a {@link SkippedDevice} and never leaves the
 * package.
 */
final class SkipDevice extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final SkipReason reason;
  private final String detail;

  SkipDevice(SkipReason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
    this.detail = detail;
  }

  SkipReason reason() {
    return reason;
  }

  String detail() {
    return detail;
  }
}
