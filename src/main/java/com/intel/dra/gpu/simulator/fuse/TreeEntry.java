package com.intel.dra.gpu.simulator.fuse;

import java.util.SequencedMap;

/** An entry of a file tree as a value, independent of how it is served. */
public sealed interface TreeEntry {

  /**
   * A folder with its entries.
   *
   * @param children by name, in the order in which they were added
   */
  record Folder(SequencedMap<String, TreeEntry> children) implements TreeEntry {}

  /**
   * A file.
   *
   * @param content without the line end that the kernel adds
   */
  record Attribute(String content, boolean writable) implements TreeEntry {}

  /**
   * A symbolic link.
   *
   * @param target relative, as the kernel's are
   */
  record Link(String target) implements TreeEntry {}
}
