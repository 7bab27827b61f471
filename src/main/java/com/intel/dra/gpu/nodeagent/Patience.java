package com.intel.dra.gpu.nodeagent;

import java.time.Duration;

/** How long one call of the kubelet may wait in all, for whatever it waits for. */
record Patience(long endNanos) {

  /** From now on. */
  static Patience of(Duration time) {
    return new Patience(System.nanoTime() + time.toNanos());
  }

  /** Never negative. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
  }
}
