package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.kit.time.SleepingClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only during sleeps, which return at once. */
public final class VirtualTime implements SleepingClock {

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

  public synchronized void pass(Duration duration) {
    now += duration.toNanos();
  }

  synchronized List<Duration> sleeps() {
    return List.copyOf(sleeps);
  }
}
