package com.intel.dra.gpu.simulator.fuse;

import java.util.Optional;

/**
 * What a {@link FuseMount} serves. Called from several threads at once; a call may take its time,
 * the caller in the mounted tree waits meanwhile, and nobody else does. An interrupt asks a call to
 * end early.
 *
 * <p>Paths have no slash at their ends; the root is the empty text.
 */
public interface ServedFiles {

  /** What is there now. */
  Optional<TreeEntry> find(String path);

  /** The content of a file that was there when it was opened. */
  Answer read(String path);

  /**
   * One write by the caller, whole; its offset is of no meaning, as in sysfs.
   *
   * @param text decoded as ISO 8859-1
   */
  Answer write(String path, String text);
}
