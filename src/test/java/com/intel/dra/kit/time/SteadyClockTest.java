package com.intel.dra.kit.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SteadyClockTest {

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void passesAsTheStopwatchDoesAlsoOverItsOverflow() {
    var nanos = new AtomicLong(Long.MAX_VALUE - 10);
    var clock = new SteadyClock(BEGIN, nanos::get);
    assertThat(clock.instant()).isEqualTo(BEGIN);

    nanos.addAndGet(Duration.ofMinutes(10).toNanos());

    assertThat(nanos.get()).as("it has overflown").isNegative();
    assertThat(clock.instant()).isEqualTo(BEGIN.plus(Duration.ofMinutes(10)));
  }

  @Test
  void beginsNowAndNeverGoesBack() {
    var clock = new SteadyClock();
    Instant last = clock.instant();
    assertThat(Duration.between(last, Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
    for (int i = 0; i < 1000; i++) {
      Instant next = clock.instant();
      assertThat(next).isAfterOrEqualTo(last);
      last = next;
    }
  }
}
