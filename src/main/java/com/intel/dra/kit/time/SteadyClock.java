package com.intel.dra.kit.time;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Time for waiting, measured like a stopwatch: changes to the node's clock make no pause longer or
 * shorter. It starts at the time of the node's clock, but must not be shown outside this process,
 * because the node's clock may have been set since.
 */
public final class SteadyClock implements InstantSource {

  private final Instant begin;
  private final LongSupplier nanoTime;
  private final long beginNanos;

  /** The clock of this process, based on {@link System#nanoTime}. */
  public SteadyClock() {
    this(Instant.now(), System::nanoTime);
  }

  SteadyClock(Instant begin, LongSupplier nanoTime) {
    this.begin = begin;
    this.nanoTime = nanoTime;
    this.beginNanos = nanoTime.getAsLong();
  }

  @Override
  public Instant instant() {
    return begin.plusNanos(nanoTime.getAsLong() - beginNanos);
  }
}
