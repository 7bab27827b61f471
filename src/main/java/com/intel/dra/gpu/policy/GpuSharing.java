package com.intel.dra.gpu.policy;

import com.intel.dra.gpu.device.Gpu;

/** Whether claims may share a GPU, and what of it the scheduler counts if they do. */
public sealed interface GpuSharing {

  /** One word for people, such as {@code memory}. */
  String word();

  /** What this means for a GPU with so much local memory. */
  default GpuSharing on(int memoryMiB) {
    return this;
  }

  /**
   * How a GPU is shared of which claims have shares by memory. These remain. There are new ones
   * only if this is by memory too, because the scheduler counts nothing else of them.
   */
  default GpuSharing stillByMemory(int memoryMiB) {
    return memoryMiB > 0 ? new ByMemory(0, memoryMiB, 1) : new Exclusive();
  }

  /**
   * How a GPU is shared of which claims have some of {@code count} shares. These remain. There are
   * new ones only if this has as many shares, because a claim that has them all has the GPU alone.
   */
  default GpuSharing stillByCount(int count) {
    return ByCount.withoutNewShares(count);
  }

  /** At most one claim has the GPU. */
  record Exclusive() implements GpuSharing {
    @Override
    public String word() {
      return "exclusive";
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
     * @throws IllegalArgumentException with a message that names the wrong setting
     */
    public ByMemory {
      if (minimumMiB < 1 || stepMiB < 1 || defaultMiB < 0) {
        throw new IllegalArgumentException(
            "shares of a GPU need a minimum and a step of 1 MiB or more, and a default of 0 or more; they are %d, %d and %d MiB"
                .formatted(minimumMiB, stepMiB, defaultMiB));
      }
    }

    @Override
    public String word() {
      return "memory";
    }

    /**
     * A GPU without memory of its own has shares by count instead. A GPU with less memory than the
     * smallest share is for one claim.
     */
    @Override
    public GpuSharing on(int memoryMiB) {
      if (memoryMiB == 0) {
        return ByCount.WITHOUT_MEMORY;
      }
      return sharableMiB(memoryMiB) > 0 ? this : new Exclusive();
    }

    @Override
    public GpuSharing stillByMemory(int memoryMiB) {
      return sharableMiB(memoryMiB) > 0 ? this : new Exclusive().stillByMemory(memoryMiB);
    }

    /**
     * The same setting for a GPU with that memory, which has at most {@link Gpu#MAX_SHARES}. The
     * scheduler does not count shares by memory, so the smallest share is raised, to a size that
     * the steps reach.
     */
    public ByMemory bounded(int memoryMiB) {
      int least = Math.ceilDiv(memoryMiB, Gpu.MAX_SHARES);
      return memoryMiB < minimumMiB || least <= minimumMiB
          ? this
          : new ByMemory(defaultMiB, Math.min(roundedUp(least), roundedDown(memoryMiB)), stepMiB);
    }

    /**
     * The memory of a GPU that can be shared: the largest multiple of the steps.
     *
     * @return 0 if not even the smallest share fits
     */
    public int sharableMiB(int memoryMiB) {
      return memoryMiB < minimumMiB ? 0 : roundedDown(memoryMiB);
    }

    /** The share of a claim that requests none, on a GPU with this much memory to share. */
    public int defaultMiB(int sharableMiB) {
      if (defaultMiB == 0 || defaultMiB >= sharableMiB) {
        return sharableMiB;
      }
      return Math.min(sharableMiB, roundedUp(Math.max(defaultMiB, minimumMiB)));
    }

    private int roundedDown(int memoryMiB) {
      return minimumMiB + (memoryMiB - minimumMiB) / stepMiB * stepMiB;
    }

    /** Limited to the range of int: a step may be larger than any GPU. */
    private int roundedUp(int memoryMiB) {
      long steps = Math.ceilDiv(memoryMiB - minimumMiB, stepMiB);
      return (int) Math.min(minimumMiB + steps * stepMiB, Integer.MAX_VALUE);
    }
  }

  /**
   * Several claims may have the GPU, each with some of its shares, which the scheduler counts.
   *
   * @param count the shares of the GPU, 1 to {@link Gpu#MAX_SHARES}
   * @param defaultShares those of a claim that requests none; 0 for all of them, so that no other
   *     claim fits
   * @param minimumShares the fewest that a claim can have, 1 or more
   */
  record ByCount(int count, int defaultShares, int minimumShares) implements GpuSharing {

    /**
     * Halves, quarters and eighths of a GPU. More claims than that at the same time would each have
     * too little of a GPU that is small.
     */
    private static final ByCount WITHOUT_MEMORY = new ByCount(8, 0);

    /**
     * @throws IllegalArgumentException with a message that names the wrong number
     */
    public ByCount {
      if (count < 1 || count > Gpu.MAX_SHARES) {
        throw new IllegalArgumentException(
            "a GPU has 1 to %d shares, not %d".formatted(Gpu.MAX_SHARES, count));
      }
      if (defaultShares < 0
          || defaultShares > count
          || minimumShares < 1
          || minimumShares > count) {
        throw new IllegalArgumentException(
            "a claim has 1 to %d of that many shares, not %d or %d"
                .formatted(count, defaultShares, minimumShares));
      }
    }

    public ByCount(int count, int defaultShares) {
      this(count, defaultShares, 1);
    }

    private static ByCount withoutNewShares(int count) {
      return new ByCount(count, 0, count);
    }

    @Override
    public String word() {
      return "shares";
    }

    /** The shares of a claim that requests none. */
    public int unasked() {
      return defaultShares == 0 ? count : Math.max(defaultShares, minimumShares);
    }

    @Override
    public GpuSharing stillByCount(int other) {
      return other == count ? this : withoutNewShares(other);
    }
  }

  /**
   * Any number of claims may have the GPU, up to {@link Gpu#MAX_SHARES}, which bounds records and
   * objects. The scheduler counts that far, so that it sends no pod for a claim beyond.
   */
  record Unlimited() implements GpuSharing {

    private static final ByCount COUNTED = new ByCount(Gpu.MAX_SHARES, 1);

    @Override
    public String word() {
      return "unlimited";
    }

    public ByCount counted() {
      return COUNTED;
    }

    @Override
    public GpuSharing stillByCount(int count) {
      return count == Gpu.MAX_SHARES ? this : ByCount.withoutNewShares(count);
    }
  }
}
