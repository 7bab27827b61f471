package com.intel.dra.kit.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeriodicTaskTest {

  private static final Duration SHORT = Duration.ofMillis(1);

  @Test
  void aTaskThatFailsIsDoneAgain() throws InterruptedException {
    var done = new CountDownLatch(3);

    try (var _ =
        PeriodicTask.start(
            "failing",
            SHORT,
            () -> {
              done.countDown();
              throw new IllegalStateException("as the test wants it");
            })) {
      done.await();
    }
  }

  @Test
  void aTaskThatIsClosedIsInterruptedAndNotDoneAgain() throws InterruptedException {
    var times = new AtomicInteger();
    var begun = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    PeriodicTask task =
        PeriodicTask.start(
            "waiting",
            Duration.ZERO,
            SHORT,
            () -> {
              times.incrementAndGet();
              begun.countDown();
              try {
                new Semaphore(0).acquire();
              } catch (InterruptedException e) {
                ended.countDown();
              }
            });
    begun.await();

    task.close();

    ended.await();
    assertThat(times).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 124_999_999, 125_000_000, 249_999_999, -1, Long.MAX_VALUE - 5})
  void longPausesEndAtTheSameMoments(long nanoTime) {
    for (Duration pause :
        new Duration[] {Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMillis(1300)}) {
      Duration until = PeriodicTask.untilTheMomentAfter(pause, nanoTime);

      assertThat(until).isBetween(pause.minusMillis(125), pause.plusMillis(125));
    }
  }

  @Test
  void tasksThatEndedAtDifferentTimesAreDoneTogether() {
    long one = 7_000_000;
    long other = 93_000_000;
    Duration second = Duration.ofSeconds(1);
    Duration five = Duration.ofSeconds(5);

    assertThat(one + PeriodicTask.untilTheMomentAfter(five, one).toNanos())
        .isEqualTo(
            other + PeriodicTask.untilTheMomentAfter(second, other).toNanos() + 4_000_000_000L);
  }

  @Test
  void shortPausesAreKept() {
    assertThat(PeriodicTask.untilTheMomentAfter(SHORT, 12_345)).isEqualTo(SHORT);
  }
}
