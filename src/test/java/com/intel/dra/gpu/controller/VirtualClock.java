package com.intel.dra.gpu.controller;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutorService;

/** Time that passes when the test says so. */
final class VirtualClock implements Later, InstantSource {

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

  /** Lets time pass until the next alarm, if there is one. */
  boolean passToNextAlarm() {
    Alarm next = alarms.poll();
    if (next == null) {
      return false;
    }
    now = next.millis();
    threads.execute(next.task());
    return true;
  }
}
