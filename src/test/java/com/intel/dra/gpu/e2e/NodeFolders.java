package com.intel.dra.gpu.e2e;

import java.nio.file.Path;

/** What a node has in its standard folders, as this machine sees it. */
final class NodeFolders {

  private static final Path RUN = Path.of(System.getenv("KUBECONFIG")).resolveSibling("");

  private NodeFolders() {}

  /** What the node sees at that absolute path. */
  static Path seenFromOutside(String node, String path) {
    return RUN.resolve("nodes/" + node + path);
  }

  /** A folder of the same file system, with a path that is short enough for a socket. */
  static Path run() {
    return RUN;
  }
}
