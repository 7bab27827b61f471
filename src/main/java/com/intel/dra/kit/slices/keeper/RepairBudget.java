package com.intel.dra.kit.slices.keeper;

import java.time.Duration;

/**
 * Limits how many repairs may follow each other directly. It is a token bucket, so that two writers
 * that want different slices do not keep the API server busy. Times are nanoseconds of one clock.
 */
final class RepairBudget {

  private final int burst;
  private final long refill;

  /** The time at which the bucket is full. */
  private long fullAt;

  RepairBudget(int burst, Duration refill, long now) {
    this.burst = burst;
    this.refill = refill.toNanos();
    this.fullAt = now;
  }

  /** The time at which a repair may begin: the wanted time, or later. */
  synchronized long next(long wanted) {
    long oneTokenAt = fullAt - (burst - 1) * refill;
    return oneTokenAt - wanted > 0 ? oneTokenAt : wanted;
  }

  synchronized void spend(long now) {
    fullAt = (fullAt - now > 0 ? fullAt : now) + refill;
  }
}
