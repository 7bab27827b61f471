package com.intel.dra.gpu.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WaitsTest {

  private final AtomicLong now = new AtomicLong();
  private final Waits waits = new Waits(2, now::get);

  @Test
  void aWaitBeginsWhenItIsFirstSeen() {
    waits.seen("a");
    now.set(Duration.ofSeconds(2).toNanos());
    waits.seen("a");
    now.set(Duration.ofSeconds(3).toNanos());

    assertThat(waits.over("a")).contains(Duration.ofSeconds(3));
    assertThat(waits.over("a")).isEmpty();
  }

  @Test
  void whatWasNotSeenHasNoWait() {
    assertThat(waits.over("a")).isEmpty();
  }

  @Test
  void theOldestAreForgotten() {
    waits.seen("a");
    waits.seen("b");
    waits.seen("c");

    assertThat(waits.over("a")).isEmpty();
    assertThat(waits.over("b")).isPresent();
    assertThat(waits.over("c")).isPresent();
  }
}
