package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.DrmNodes;
import java.nio.file.Path;

/** Asks the kernel driver of a GPU or VF how much local memory it has. */
@FunctionalInterface
public interface LocalMemoryQuery {

  /** Asks no driver, so that the values in sysfs are used. */
  LocalMemoryQuery SWITCHED_OFF = nodes -> new LocalMemory.SwitchedOff();

  /** Never throws: the reason for a missing answer is a result too. */
  LocalMemory of(DrmNodes nodes);

  /**
   * Opens the DRM nodes and queries by ioctl, once per device: the answer is kept until another
   * device has the card's number.
   *
   * @param sysfsRoot where the host's {@code /sys} is mounted
   * @param devRoot the host's device folder, such as {@code /dev}
   */
  static LocalMemoryQuery byIoctl(Path sysfsRoot, Path devRoot) {
    return new RememberedMemory(
        new SysfsLayout(sysfsRoot),
        new DrmMemoryQuery(devRoot.resolve("dri"), new SystemDrmFiles()));
  }
}
