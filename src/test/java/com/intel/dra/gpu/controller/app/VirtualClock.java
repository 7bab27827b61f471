package com.intel.dra.gpu.controller.app;

import com.intel.dra.kit.time.TaskTimer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutorService;

/** A clock that moves only when the test says so. */
public final class VirtualClock implements TaskTimer, InstantSource {

  private record Alarm(long millis, long number, Runnable task) {}

  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::millis).thenComparing(Alarm::number));
  private final ExecutorService threads;
  private long now;
  private long number;

  VirtualClock(ExecutorService threads) {
    this.threads = threads;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(now);
  }

  @Override
  public void after(Duration delay, Runnable task) {
    alarms.add(new Alarm(now + delay.toMillis(), number++, task));
  }

  /** Moves the clock to the next alarm, if there is one. */
  public boolean passToNextAlarm() {
    Alarm next = alarms.poll();
    if (next == null) {
      return false;
    }
    now = next.millis();
    threads.execute(next.task());
    return true;
  }
}
