package com.intel.dra.kit.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeLimitedQueriesTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  private final TimeLimitedQueries<String, Integer> questions = new TimeLimitedQueries<>("ask-");
  private final CountDownLatch answers = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();

  @AfterEach
  void endTheThreads() {
    answers.countDown();
  }

  private int hang() {
    asked.incrementAndGet();
    try {
      answers.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return 1;
  }

  @Test
  void whatHangsHidesNoOtherAnswer() {
    var all = new LinkedHashMap<String, Supplier<Integer>>();
    all.put("a", () -> 2);
    all.put("b", this::hang);

    // on a busy machine a thread may begin late
    await()
        .untilAsserted(
            () ->
                assertThat(questions.ask(all, Duration.ofSeconds(1)))
                    .containsExactly(
                        Map.entry("a", Optional.of(2)), Map.entry("b", Optional.empty())));
  }

  @Test
  void nobodyIsAskedTwiceAtOnceNorWaitedForTwice() {
    assertThat(questions.ask("a", this::hang, Duration.ZERO)).isEmpty();

    assertThat(questions.ask("a", this::hang, LONG)).isEmpty();
    assertThat(questions.ask(Map.of("a", this::hang), LONG)).containsEntry("a", Optional.empty());

    await().untilAsserted(() -> assertThat(asked).hasValue(1));
  }

  @Test
  void whatAnsweredAtLastIsAskedAnew() {
    assertThat(questions.ask("a", this::hang, Duration.ZERO)).isEmpty();
    answers.countDown();

    await().until(() -> questions.ask("a", () -> 3, LONG).equals(Optional.of(3)));
  }

  @Test
  void whatAQuestionThrowsIsThrownAndItIsAskedAnew() {
    assertThatThrownBy(
            () ->
                questions.ask(
                    "a",
                    () -> {
                      throw new IllegalArgumentException("broken");
                    },
                    LONG))
        .hasRootCauseMessage("broken");

    assertThat(questions.ask("a", () -> 3, LONG)).hasValue(3);
  }
}
