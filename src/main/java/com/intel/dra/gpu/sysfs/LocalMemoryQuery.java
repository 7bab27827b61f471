package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.DrmNodes;
import java.nio.file.Path;

/** Asks the kernel driver of a GPU or VF how much local memory it has. */
@FunctionalInterface
public interface LocalMemoryQuery {

  /** Asks nobody, so that what sysfs tells counts. */
  LocalMemoryQuery SWITCHED_OFF = nodes -> new LocalMemory.SwitchedOff();

  /** Never fails: why there is no answer is a result too. */
  LocalMemory of(DrmNodes nodes);

  /**
   * Opens the DRM nodes and asks by ioctl, once for each device: what it answered is kept until
   * another device has the card's number.
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
