package com.intel.dra.gpu.sysfs;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Opens DRM nodes. The seam at which a test takes the driver's place. */
@FunctionalInterface
interface DrmFiles {

  DrmFile open(Path node) throws DrmException;

  /** An open node; to be closed at once, since who has a card open may have become its master. */
  interface DrmFile extends AutoCloseable {

    /**
     * One call, repeated while the kernel says that it was interrupted.
     *
     * @param argument native memory, which may point to more of it
     */
    void ioctl(int request, MemorySegment argument) throws DrmException;

    @Override
    void close();
  }
}
