package com.intel.dra.gpu.mode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopsWaitingTest {

  private static final class Hooks implements StopsWaiting.Shutdown {
    final List<Thread> hooks = new ArrayList<>();
    boolean begun;

    @Override
    public void add(Thread hook) {
      hooks.add(hook);
    }

    @Override
    public void remove(Thread hook) {
      if (begun) {
        throw new IllegalStateException("Shutdown in progress");
      }
      hooks.remove(hook);
    }

    void begin() {
      begun = true;
      hooks.forEach(Thread::start);
    }
  }

  private final Hooks hooks = new Hooks();

  @Test
  void aThreadThatWaitsForEverIsInterruptedWhenTheProcessIsToEnd() {
    assertThatExceptionOfType(InterruptedException.class)
        .isThrownBy(
            () -> {
              try (var _ = new StopsWaiting(hooks, Thread.currentThread())) {
                hooks.begin();
                Thread.sleep(Long.MAX_VALUE);
              }
            });
  }

  @Test
  void aThreadThatHasGoneOnIsLeftAlone() {
    try (var _ = new StopsWaiting(hooks, Thread.currentThread())) {
      assertThat(hooks.hooks).hasSize(1);
    }
    assertThat(hooks.hooks).isEmpty();
  }
}
