package com.intel.dra.gpu.structured;

import com.intel.dra.gpu.device.Gpu;

/** Whether claims may share a GPU. */
public sealed interface GpuSharing {

  /** The sharing for a GPU with this memory of which claims have shares. */
  GpuSharing stillShared(int memoryMiB);

  /** At most one claim has the GPU. */
  record Exclusive() implements GpuSharing {

    /**
     * Existing shares remain, and no new ones are given: the smallest share is the whole memory.
     */
    @Override
    public GpuSharing stillShared(int memoryMiB) {
      return memoryMiB > 0 ? new ByMemory(0, memoryMiB, 1) : this;
    }
  }

  /**
   * Several claims may have the GPU while the memory that they request fits. The scheduler does
   * this accounting; the kernel does not limit a container to its share.
   *
   * @param defaultMiB the share of a claim that requests none; 0 for the whole memory, so that no
   *     other claim fits
   * @param minimumMiB the smallest share, 1 or more
   * @param stepMiB shares are rounded up to the minimum and a multiple of this, 1 or more
   */
  record ByMemory(int defaultMiB, int minimumMiB, int stepMiB) implements GpuSharing {

    /**
     * The same setting for a GPU with that memory, which has at most {@link Gpu#MAX_SHARES}. The
     * scheduler does not count shares, so the smallest share is raised, to a size that the steps
     * reach.
     */
    ByMemory bounded(int memoryMiB) {
      int least = Math.ceilDiv(memoryMiB, Gpu.MAX_SHARES);
      return memoryMiB < minimumMiB || least <= minimumMiB
          ? this
          : new ByMemory(defaultMiB, Math.min(roundedUp(least), roundedDown(memoryMiB)), stepMiB);
    }

    /**
     * @throws IllegalArgumentException with a message that names the wrong setting
     */
    public ByMemory {
      if (minimumMiB < 1 || stepMiB < 1 || defaultMiB < 0) {
        throw new IllegalArgumentException(
            "shares of a GPU need a minimum and a step of 1 MiB or more, and a default of 0 or more; they are %d, %d and %d MiB"
                .formatted(minimumMiB, stepMiB, defaultMiB));
      }
    }

    /** Also handles a GPU that is too small to be shared with this setting. */
    @Override
    public GpuSharing stillShared(int memoryMiB) {
      return sharableMiB(memoryMiB) > 0 ? this : new Exclusive().stillShared(memoryMiB);
    }

    /**
     * The memory of a GPU that can be shared: the largest multiple of the steps.
     *
     * @return 0 if not even the smallest share fits
     */
    int sharableMiB(int memoryMiB) {
      return memoryMiB < minimumMiB ? 0 : roundedDown(memoryMiB);
    }

    /** The share of a claim that requests none, on a GPU with this much memory to share. */
    int defaultMiB(int sharableMiB) {
      if (defaultMiB == 0 || defaultMiB >= sharableMiB) {
        return sharableMiB;
      }
      return Math.min(sharableMiB, roundedUp(Math.max(defaultMiB, minimumMiB)));
    }

    private int roundedDown(int memoryMiB) {
      return minimumMiB + (memoryMiB - minimumMiB) / stepMiB * stepMiB;
    }

    private int roundedUp(int memoryMiB) {
      return minimumMiB + Math.ceilDiv(memoryMiB - minimumMiB, stepMiB) * stepMiB;
    }
  }
}
