package com.intel.dra.gpu.selfcheck.look;

import java.nio.file.Path;

/** A file or link of a node, as it was read. */
public sealed interface NodeFile {

  Path path();

  record Text(Path path, String content) implements NodeFile {}

  /**
   * @param target the last element of the link's target
   */
  record Link(Path path, String target) implements NodeFile {}

  record Absent(Path path) implements NodeFile {}

  record Unreadable(Path path, String why) implements NodeFile {}
}
