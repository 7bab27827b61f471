package com.intel.dra.gpu.device;

/** Where the figure for a device's local memory is from. */
public sealed interface MemorySource {

  /**
   * The driver said it itself, in the answer to an ioctl.
   *
   * @param node the name of the DRM node that was asked, such as {@code renderD128}
   */
  record DrmQuery(String node) implements MemorySource {}

  /**
   * A file of sysfs.
   *
   * @param file its name
   * @param whyNotDrm why the driver was not asked, or gave no answer
   */
  record SysfsFile(String file, String whyNotDrm) implements MemorySource {}

  /**
   * Nothing tells it, so it counts as 0: right for an integrated GPU, too little for a discrete
   * one.
   *
   * @param whyNotDrm why the driver was not asked, or gave no answer
   */
  record Nowhere(String whyNotDrm) implements MemorySource {}

  /** For a person to read, such as {@code from the DRM query on renderD128}. */
  default String describe() {
    return switch (this) {
      case DrmQuery(String node) -> "from the DRM query on " + node;
      case SysfsFile(String file, String whyNotDrm) ->
          "from sysfs, %s (no DRM query: %s)".formatted(file, whyNotDrm);
      case Nowhere(String whyNotDrm) ->
          "as sysfs tells none (no DRM query: %s)".formatted(whyNotDrm);
    };
  }
}
