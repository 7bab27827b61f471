package com.intel.dra.gpu.slices;

import java.time.Duration;

/**
 * How many repairs may follow each other at once: a token bucket, so that two who want different
 * slices do not keep the API server busy. Times are nanoseconds of one clock.
 */
final class RepairBudget {

  private final int burst;
  private final long refill;

  /** When the bucket would be full. */
  private long fullAt;

  RepairBudget(int burst, Duration refill, long now) {
    this.burst = burst;
    this.refill = refill.toNanos();
    this.fullAt = now;
  }

  /** When a repair may begin that is wanted at the time given: then, or later. */
  synchronized long next(long wanted) {
    long oneTokenAt = fullAt - (burst - 1) * refill;
    return oneTokenAt - wanted > 0 ? oneTokenAt : wanted;
  }

  synchronized void spend(long now) {
    fullAt = (fullAt - now > 0 ? fullAt : now) + refill;
  }
}
