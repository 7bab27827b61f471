package com.intel.dra.kit.time;

import java.time.Duration;

/**
 * How long something takes, for metrics and logs.
 *
 * @param beginNanos the begin, in the nanoseconds of {@link SleepingClock#SYSTEM}
 */
public record Stopwatch(long beginNanos) {

  /** Begins now. */
  public static Stopwatch start() {
    return new Stopwatch(SleepingClock.SYSTEM.nanoTime());
  }

  /** The time since the begin. */
  public Duration elapsed() {
    return Duration.ofNanos(SleepingClock.SYSTEM.nanoTime() - beginNanos);
  }
}
