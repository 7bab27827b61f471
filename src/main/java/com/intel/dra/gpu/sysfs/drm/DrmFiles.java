package com.intel.dra.gpu.sysfs.drm;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Opens DRM nodes. Tests replace this interface to simulate the driver. */
@FunctionalInterface
interface DrmFiles {

  DrmFile open(Path node) throws DrmException;

  /**
   * An open node. Must be closed at once, because a process that has a card open may have become
   * its DRM master.
   */
  interface DrmFile extends AutoCloseable {

    /**
     * Makes one call; repeats it while the kernel reports an interruption.
     *
     * @param argument native memory, which may point to more native memory
     */
    void ioctl(int request, MemorySegment argument) throws DrmException;

    @Override
    void close();
  }
}
