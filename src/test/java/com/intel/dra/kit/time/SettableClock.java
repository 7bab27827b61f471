package com.intel.dra.kit.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that a test sets. */
public final class SettableClock implements InstantSource {

  private volatile Instant now = Instant.EPOCH;

  @Override
  public Instant instant() {
    return now;
  }

  public synchronized void add(Duration time) {
    now = now.plus(time);
  }
}
