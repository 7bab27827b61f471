package com.intel.dra.gpu.controller.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
                "2 nodes (node-12.example: asked for 14248 MiB of 0000:03:00.0-0x56c0, free 0.) (7)"))
        .isEqualTo(
            "# nodes (node-12.example: asked for # MiB of 0000:03:00.0-0x56c0, free #.) (#)");
  }

  /** Computes the shape with a regular expression, which takes quadratic time. */
  @Property(tries = 2000)
  void figuresAreFoundAsTheExpressionFindsThem(
      @ForAll @CharRange(from = '0', to = '9') @Chars({'a', 'Z', '_', '.', ':', '-', ' ', '(', 'é'})
          String text) {
    assertThat(EventThrottle.shape(text))
        .isEqualTo(text.replaceAll("(?<![\\w.:-])\\d+(?![\\w.:-]*\\w)", "#"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "1.", "a", "-", "1 ", "_1", "1:a"})
  void aMegabyteOfWordsIsReadOnce(String repeated) {
    String text = repeated.repeat(1_000_000 / repeated.length()) + "x";
    assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> assertThat(EventThrottle.shape(text)).endsWith("x"));
  }

  /** All of the objects wait, and are always visited in the same order. */
  @ParameterizedTest
  @ValueSource(ints = {4000, 4097, 6000, 20_000})
  void eventsStayFewHoweverManyObjectsWait(int objects) {
    int minutes = 10;
    int admitted = 0;
    for (int sweep = 0; sweep <= minutes * 2; sweep++) {
      for (int object = 0; object < objects; object++) {
        if (throttle.admits(
            "uid" + object, "reason", "free " + sweep, BEGIN.plusSeconds(30L * sweep))) {
          admitted++;
        }
      }
    }
    assertThat(admitted)
        .isLessThanOrEqualTo(
            EventThrottle.BURST_OF_ALL + minutes * 60 * EventThrottle.OF_ALL_PER_SECOND);
  }

  @Test
  void everyObjectIsToldOfBeforeAnyIsToldOfAgainAndAgain() {
    var named = new HashSet<Integer>();
    int objects = 6000;
    for (int sweep = 0; sweep <= 20; sweep++) {
      for (int object = 0; object < objects; object++) {
        if (throttle.admits("uid" + object, "reason", "no room", BEGIN.plusSeconds(30L * sweep))) {
          named.add(object);
        }
      }
    }
    assertThat(named).hasSize(objects);
  }

  /** This holds for any messages. */
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
