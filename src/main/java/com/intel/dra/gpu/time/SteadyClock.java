package com.intel.dra.gpu.time;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Time for waiting, which passes as fast as a stopwatch shows: whoever sets the node's clock back
 * or forth makes no pause longer or shorter. It begins at what the node's clock said, but is not to
 * be told to anybody else: a clock that was set since says something different.
 */
public final class SteadyClock implements InstantSource {

  private final Instant begin;
  private final LongSupplier nanoTime;
  private final long beginNanos;

  /** Of this process, as {@link System#nanoTime}. */
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
