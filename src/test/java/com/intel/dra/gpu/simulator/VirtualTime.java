package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.sysfs.WaitClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only during sleeps, which return at once. */
final class VirtualTime implements WaitClock {

  private final List<Duration> sleeps = new ArrayList<>();
  private long now;

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized void sleep(Duration duration) {
    now += duration.toNanos();
    sleeps.add(duration);
  }

  synchronized void pass(Duration duration) {
    now += duration.toNanos();
  }

  synchronized List<Duration> sleeps() {
    return List.copyOf(sleeps);
  }
}
