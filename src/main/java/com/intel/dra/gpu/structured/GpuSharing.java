package com.intel.dra.gpu.structured;

/** Whether claims may share a GPU. */
public sealed interface GpuSharing {

  /** The same for a GPU with that memory of which claims have shares. */
  GpuSharing stillShared(int memoryMiB);

  /** One claim has it, or none. */
  record Exclusive() implements GpuSharing {

    /** Who has a share keeps it, and nobody gets another one: the smallest is all of it. */
    @Override
    public GpuSharing stillShared(int memoryMiB) {
      return memoryMiB > 0 ? new ByMemory(0, memoryMiB, 1) : this;
    }
  }

  /**
   * Several claims may have it while what they ask of its memory fits. That is the scheduler's
   * accounting: nothing in the kernel holds a container to its share.
   *
   * @param defaultMiB what a claim gets that does not ask; 0 for all of it, so that it is alone
   * @param minimumMiB the smallest share, 1 or more
   * @param stepMiB shares are rounded up to the minimum and a multiple of this, 1 or more
   */
  record ByMemory(int defaultMiB, int minimumMiB, int stepMiB) implements GpuSharing {

    /**
     * @throws IllegalArgumentException that says which setting is wrong
     */
    public ByMemory {
      if (minimumMiB < 1 || stepMiB < 1 || defaultMiB < 0) {
        throw new IllegalArgumentException(
            "shares of a GPU need a minimum and a step of 1 MiB or more, and a default of 0 or more; they are %d, %d and %d MiB"
                .formatted(minimumMiB, stepMiB, defaultMiB));
      }
    }

    /** Also a GPU that is too small to be shared by this setting. */
    @Override
    public GpuSharing stillShared(int memoryMiB) {
      return sharableMiB(memoryMiB) > 0 ? this : new Exclusive().stillShared(memoryMiB);
    }

    /**
     * The most that can be shared of a GPU: what the steps reach.
     *
     * @return 0 if not even the smallest share fits
     */
    int sharableMiB(int memoryMiB) {
      return memoryMiB < minimumMiB ? 0 : roundedDown(memoryMiB);
    }

    /** What a claim gets that does not ask, of a GPU with that much to share. */
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
