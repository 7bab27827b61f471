package com.intel.dra.gpu.e2e;

import java.nio.file.Path;

/** The standard folders of a node, as this machine sees them. */
final class NodeFolders {

  private static final Path RUN = Path.of(System.getenv("KUBECONFIG")).resolveSibling("");

  private NodeFolders() {}

  /** Returns this machine's path of a file that the node sees at that absolute path. */
  static Path seenFromOutside(String node, String path) {
    return RUN.resolve("nodes/" + node + path);
  }

  /** Returns a folder of the same file system with a path that is short enough for a socket. */
  static Path run() {
    return RUN;
  }
}
