package com.intel.dra.gpu.simulator.fuse;

import java.util.Optional;

/**
 * The files that a {@link FuseMount} serves. Its methods are called from several threads at once. A
 * call may take long: only its caller in the mounted tree waits meanwhile. An interrupt asks a call
 * to end early.
 *
 * <p>Paths have no slash at either end; the root is the empty text.
 */
public interface ServedFiles {

  /** The entry at this path now. */
  Optional<TreeEntry> find(String path);

  /** The content of a file that existed when it was opened. */
  Answer read(String path);

  /**
   * Writes what the caller wrote in one call, whole; its offset has no meaning, as in sysfs.
   *
   * @param text decoded as ISO 8859-1
   */
  Answer write(String path, String text);
}
