package com.intel.dra.gpu.allocation;

/**
 * The choice among the GPUs that fit a claim. It never decides whether a pod fits a node, only how;
 * and it does not affect VFs, of which the smallest that fits is always taken.
 */
public enum Policy {
  /** The first GPU that fits, in the order of UIDs. */
  FIRST,

  /**
   * The GPU with the most free memory, then the fewest claims: the default. A claim without
   * parameters requests no memory and may share its GPU with any number of claims, so it should get
   * a GPU with few of them; Kubernetes' scheduler also spreads by default.
   */
  BALANCED,

  /**
   * The GPU with the least free memory that still fits, then the most claims. Keeps GPUs idle for
   * claims that need a whole one and for VFs, which are only planned on idle GPUs.
   */
  PACKED;

  public static final Policy DEFAULT = BALANCED;
}
