package com.intel.dra.gpu.allocation;

/**
 * Which of the GPUs that fit a claim is taken. It never decides whether a pod fits a node, only
 * how; and it does not order VFs, of which always the smallest that fits is given.
 */
public enum Policy {
  /** The first that fits in the order of UIDs. */
  FIRST,

  /**
   * The one with the most free memory, then the fewest claims: the default. A claim without
   * parameters states no memory and is shared with all that meet on its GPU, so it should meet as
   * few as possible; Kubernetes' scheduler, too, spreads by default.
   */
  BALANCED,

  /**
   * The one with the least free memory that still fits, then the most claims. Keeps GPUs idle for
   * claims that need a whole one and for VFs, which are only planned on idle GPUs.
   */
  PACKED;

  public static final Policy DEFAULT = BALANCED;
}
