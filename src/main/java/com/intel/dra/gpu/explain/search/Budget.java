package com.intel.dra.gpu.explain.search;

/** How much a search may still do. Counts steps, not time: the same work always costs the same. */
public final class Budget {

  /** Thrown when it is used up. */
  static final class UsedUp extends Exception {
    private static final long serialVersionUID = 1L;

    UsedUp() {
      super("too much work", null, false, false);
    }
  }

  private final long limit;
  private long used;

  public Budget(long limit) {
    this.limit = limit;
  }

  void spend(long steps) throws UsedUp {
    used += steps;
    if (used > limit) {
      throw new UsedUp();
    }
  }

  /** The steps that were done. */
  public long used() {
    return used;
  }
}
