package com.intel.dra.gpu.sysfs.discovery;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The root is not a sysfs that shows PCI devices, so "no GPU" would be a guess. Most likely the
 * wrong folder was mounted or configured.
 */
public final class UnusableSysfsException extends IOException {

  private static final long serialVersionUID = 1L;

  UnusableSysfsException(Path pciDevices, String why, IOException cause) {
    super(
        "cannot list %s: %s; is the host's sysfs mounted and its path configured?"
            .formatted(pciDevices, why),
        cause);
  }
}
