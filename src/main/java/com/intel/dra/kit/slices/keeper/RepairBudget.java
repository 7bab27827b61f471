package com.intel.dra.kit.slices.keeper;

import java.time.Duration;
import java.time.Instant;

/**
 * Limits how many repairs may follow each other directly. It is a token bucket, so that two writers
 * that want different slices do not keep the API server busy. All times are of one clock.
 */
final class RepairBudget {

  private final int burst;
  private final Duration refill;

  /** The time at which the bucket is full. */
  private Instant fullAt;

  RepairBudget(int burst, Duration refill, Instant now) {
    this.burst = burst;
    this.refill = refill;
    this.fullAt = now;
  }

  /** The time at which a repair may begin: the wanted time, or later. */
  synchronized Instant next(Instant wanted) {
    Instant oneTokenAt = fullAt.minus(refill.multipliedBy(burst - 1));
    return oneTokenAt.isAfter(wanted) ? oneTokenAt : wanted;
  }

  synchronized void spend(Instant now) {
    fullAt = (fullAt.isAfter(now) ? fullAt : now).plus(refill);
  }
}
