package com.intel.dra.gpu.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EventThrottleTest {

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final EventThrottle throttle = new EventThrottle();

  private boolean admits(String message, Duration after) {
    return throttle.admits("uid", "NoSuitableNode", message, BEGIN.plus(after));
  }

  @Test
  void theSameWordsAreToldAgainAfterFiveMinutes() {
    assertThat(admits("no room", Duration.ZERO)).isTrue();
    assertThat(admits("no room", Duration.ofSeconds(299))).isFalse();
    assertThat(admits("no room", Duration.ofSeconds(300))).isTrue();
  }

  @Test
  void wordsWithOtherFiguresAreToldOnceAMinute() {
    assertThat(admits("largest free 14248 MiB", Duration.ZERO)).isTrue();
    for (int second = 1; second < 60; second++) {
      assertThat(admits("largest free " + second + " MiB", Duration.ofSeconds(second))).isFalse();
    }
    assertThat(admits("largest free 60 MiB", Duration.ofSeconds(60))).isTrue();
  }

  @Test
  void otherWordsAreToldAtOnce() {
    assertThat(admits("node1: not ready", Duration.ZERO)).isTrue();
    assertThat(admits("node2: not ready", Duration.ZERO)).as("another name").isTrue();
    assertThat(throttle.admits("uid", "Other", "node1: not ready", BEGIN)).isTrue();
    assertThat(throttle.admits("other", "NoSuitableNode", "node1: not ready", BEGIN)).isTrue();
  }

  @Test
  void figuresAreNumbersThatAreNoPartOfANameOrAddress() {
    assertThat(
            EventThrottle.shape(
                "2 nodes (node-12.example: asked 14248 MiB of 0000:03:00.0-0x56c0, free 0.) (7)"))
        .isEqualTo("# nodes (node-12.example: asked # MiB of 0000:03:00.0-0x56c0, free #.) (#)");
  }

  /** Whatever the words. */
  @Property(tries = 200)
  void ofOneObjectForOneReasonABurstAndThenOneAMinuteAreTold(
      @ForAll @Size(max = 300) List<@IntRange(max = 40) Integer> gapsInSeconds) {
    var told = new EventThrottle();
    Instant now = BEGIN;
    int number = 0;
    int admitted = 0;
    for (int gap : gapsInSeconds) {
      now = now.plusSeconds(gap);
      if (told.admits("uid", "reason", "words" + number++, now)) {
        admitted++;
      }
      long minutes = Duration.between(BEGIN, now).toMinutes();
      assertThat(admitted).isLessThanOrEqualTo(EventThrottle.BURST + (int) minutes + 1);
    }
  }
}
