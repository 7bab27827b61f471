package com.intel.dra.gpu.device;

/** The source of the figure for a device's local memory. */
public sealed interface MemorySource {

  /**
   * The driver, in its answer to an ioctl.
   *
   * @param node the name of the DRM node that was asked, such as {@code renderD128}
   */
  record DrmQuery(String node) implements MemorySource {}

  /**
   * The kernel, in {@code dmem.capacity} of the root control group.
   *
   * @param whyNotDrm why the driver was not asked, or gave no answer
   */
  record ControlGroup(String whyNotDrm) implements MemorySource {}

  /**
   * A file of sysfs.
   *
   * @param file its name
   * @param whyNotDrm why the driver was not asked, or gave no answer
   */
  record SysfsFile(String file, String whyNotDrm) implements MemorySource {}

  /**
   * No source, so the memory counts as 0: right for an integrated GPU, too little for a discrete
   * one.
   *
   * @param whyNotDrm why the driver was not asked, or gave no answer
   */
  record Nowhere(String whyNotDrm) implements MemorySource {}

  /** The source for people, such as {@code from the DRM query on renderD128}. */
  default String describe() {
    return switch (this) {
      case DrmQuery(String node) -> "from the DRM query on " + node;
      case ControlGroup(String whyNotDrm) ->
          "from dmem.capacity of the control groups (no DRM query: %s)".formatted(whyNotDrm);
      case SysfsFile(String file, String whyNotDrm) ->
          "from sysfs, %s (no DRM query: %s)".formatted(file, whyNotDrm);
      case Nowhere(String whyNotDrm) ->
          "because neither dmem.capacity nor sysfs states it (no DRM query: %s)"
              .formatted(whyNotDrm);
    };
  }
}
