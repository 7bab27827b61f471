package com.intel.dra.kit.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void eachPauseIsTwiceAsLongAsTheOneBeforeUpToTheLimit() {
    var backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

    assertThat(IntStream.rangeClosed(1, 6).mapToObj(backoff::pauseAfter))
        .extracting(Duration::toSeconds)
        .containsExactly(1L, 2L, 4L, 8L, 10L, 10L);
    assertThat(backoff.pauseAfter(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void theFirstPauseIsNoLongerThanTheLongest() {
    assertThat(new Backoff(Duration.ofSeconds(9), Duration.ofSeconds(2)).pauseAfter(1))
        .isEqualTo(Duration.ofSeconds(2));
  }
}
