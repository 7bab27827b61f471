package com.intel.dra.kit.time;

import java.time.Duration;

/**
 * How long one wait may take in all, for whatever it waits for. The time since when a state lasts
 * is kept as an instant of the {@link SteadyClock} instead, because nothing waits for it.
 *
 * @param endNanos the end, in the nanoseconds of the clock
 */
public record Deadline(SleepingClock clock, long endNanos) {

  /** From now on. */
  public static Deadline of(Duration time) {
    return of(time, SleepingClock.SYSTEM);
  }

  /** From now on, by this clock. */
  public static Deadline of(Duration time, SleepingClock clock) {
    return new Deadline(clock, clock.nanoTime() + time.toNanos());
  }

  /** Never negative. */
  public Duration left() {
    return Duration.ofNanos(Math.max(0, endNanos - clock.nanoTime()));
  }

  public boolean hasPassed() {
    return left().isZero();
  }
}
