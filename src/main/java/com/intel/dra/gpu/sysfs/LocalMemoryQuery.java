package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.DrmNodes;
import java.nio.file.Path;
import java.time.Duration;

/** Asks the kernel driver of a GPU or VF how much local memory it has. */
@FunctionalInterface
public interface LocalMemoryQuery {

  /** Asks no driver, so that the values in sysfs are used. */
  LocalMemoryQuery SWITCHED_OFF = nodes -> new LocalMemory.SwitchedOff();

  /** Never throws: the reason for a missing answer is a result too. */
  LocalMemory of(DrmNodes nodes);

  /** From here on all devices are asked once: those that hang hold up one look only so long. */
  default void lookBegins() {}

  /**
   * Opens the DRM nodes and queries by ioctl, once per device: the answer is kept until another
   * device has the card's number.
   *
   * @param sysfsRoot where the host's {@code /sys} is mounted
   * @param devRoot the host's device folder, such as {@code /dev}
   * @param patience how long all devices of one look may take together to answer
   */
  static LocalMemoryQuery byIoctl(Path sysfsRoot, Path devRoot, Duration patience) {
    return new RememberedMemory(
        new SysfsLayout(sysfsRoot),
        new DrmMemoryQuery(devRoot.resolve("dri"), new SystemDrmFiles()),
        patience);
  }
}
