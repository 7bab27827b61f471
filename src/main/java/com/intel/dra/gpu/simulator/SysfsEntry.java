package com.intel.dra.gpu.simulator;

import java.util.SequencedMap;

/** A piece of a sysfs tree as a value, whatever will serve it. */
sealed interface SysfsEntry {

  /**
   * @param children by name, in the order in which they were added
   */
  record Folder(SequencedMap<String, SysfsEntry> children) implements SysfsEntry {}

  /**
   * @param content without the line end that the kernel adds
   */
  record Attribute(String content, boolean writable) implements SysfsEntry {}

  /**
   * @param target relative, as the kernel's are
   */
  record Link(String target) implements SysfsEntry {}
}
