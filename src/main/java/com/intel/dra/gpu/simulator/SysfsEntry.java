package com.intel.dra.gpu.simulator;

import java.util.SequencedMap;

/** A piece of a sysfs tree as a value, whatever will serve it. */
sealed interface SysfsEntry {

  /**
   * A folder with what is in it.
   *
   * @param children by name, in the order in which they were added
   */
  record Folder(SequencedMap<String, SysfsEntry> children) implements SysfsEntry {}

  /**
   * A file.
   *
   * @param content without the line end that the kernel adds
   */
  record Attribute(String content, boolean writable) implements SysfsEntry {}

  /**
   * A symbolic link.
   *
   * @param target relative, as the kernel's are
   */
  record Link(String target) implements SysfsEntry {}
}
