package com.intel.dra.gpu.nodeagent.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartWhenActingTest {

  @TempDir Path folder;

  @Test
  void itBeginsOnceWhenTheOtherHasEnded() throws IOException {
    var other = new ActingAgent(folder);
    var own = new ActingAgent(folder);
    other.tryToAct();
    var begun = new AtomicInteger();
    var once = new StartWhenActing(own, begun::incrementAndGet);
    try {
      once.tryToBegin();
      assertThat(begun).hasValue(0);
      assertThat(once.hasBegun()).isFalse();

      other.letGo();
      once.tryToBegin();
      once.tryToBegin();

      assertThat(begun).hasValue(1);
      assertThat(once.hasBegun()).isTrue();
    } finally {
      own.letGo();
    }
  }

  @Test
  void whatFailedToBeginIsBegunAgain() {
    Deque<RuntimeException> failures = new ArrayDeque<>(List.of(new IllegalStateException("no")));
    var begun = new AtomicInteger();
    var once =
        new StartWhenActing(
            new TheOnlyAgent(),
            () -> {
              if (!failures.isEmpty()) {
                throw failures.remove();
              }
              begun.incrementAndGet();
            });

    assertThatThrownBy(once::tryToBegin).hasMessage("no");
    assertThat(once.hasBegun()).isFalse();
    once.tryToBegin();

    assertThat(begun).hasValue(1);
  }
}
