package com.intel.dra.gpu.simulator.fuse;

import java.util.SequencedMap;

/** A piece of a tree of files as a value, whatever will serve it. */
public sealed interface TreeEntry {

  /**
   * A folder with what is in it.
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
