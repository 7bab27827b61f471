package com.intel.dra.gpu.explain.search;

import java.util.Optional;

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
  private final Optional<Budget> whole;
  private long used;

  public Budget(long limit) {
    this(limit, Optional.empty());
  }

  private Budget(long limit, Optional<Budget> whole) {
    this.limit = limit;
    this.whole = whole;
  }

  /** Returns a part of this one: what is spent of it is spent of both. */
  public Budget part(long most) {
    return new Budget(most, Optional.of(this));
  }

  void spend(long steps) throws UsedUp {
    charge(steps);
    if (isUsedUp()) {
      throw new UsedUp();
    }
  }

  /** Notes work that has been done, whether or not it was more than there was. */
  public void charge(long steps) {
    used += steps;
    whole.ifPresent(all -> all.charge(steps));
  }

  /** Whether more was done than this permits, or the whole of which it is a part. */
  public boolean isUsedUp() {
    return used > limit || whole.filter(Budget::isUsedUp).isPresent();
  }

  /** The steps that were done. */
  public long used() {
    return used;
  }
}
