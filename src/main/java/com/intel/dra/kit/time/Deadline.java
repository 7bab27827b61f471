package com.intel.dra.kit.time;

import java.time.Duration;

/** How long one call of the kubelet may wait in all, for whatever it waits for. */
public record Deadline(long endNanos) {

  /** From now on. */
  public static Deadline of(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  /** Never negative. */
  public Duration left() {
    return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
  }
}
