package com.intel.dra.kit.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {

  /** As {@link System#nanoTime} may be: near the greatest number, and negative afterwards. */
  private long now = Long.MAX_VALUE - 5;

  private final SleepingClock clock =
      new SleepingClock() {
        @Override
        public long nanoTime() {
          return now;
        }

        @Override
        public void sleep(Duration duration) {
          now += duration.toNanos();
        }
      };

  @Test
  void whatIsLeftBecomesLessAndIsNeverNegative() throws InterruptedException {
    Deadline deadline = Deadline.of(Duration.ofNanos(10), clock);
    assertThat(deadline.left()).isEqualTo(Duration.ofNanos(10));

    clock.sleep(Duration.ofNanos(9));
    assertThat(deadline.left()).isEqualTo(Duration.ofNanos(1));
    assertThat(deadline.hasPassed()).isFalse();

    clock.sleep(Duration.ofNanos(1));
    assertThat(deadline.left()).isZero();
    assertThat(deadline.hasPassed()).isTrue();

    clock.sleep(Duration.ofNanos(1));
    assertThat(deadline.left()).isZero();
    assertThat(deadline.hasPassed()).isTrue();
  }

  @Test
  void noTimeHasPassedAtOnce() {
    assertThat(Deadline.of(Duration.ZERO, clock).hasPassed()).isTrue();
    assertThat(Deadline.of(Duration.ofSeconds(-1), clock).hasPassed()).isTrue();
  }
}
