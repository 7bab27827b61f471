package com.intel.dra.gpu.controller.placing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AllocationWaitsTest {

  private final AtomicLong now = new AtomicLong();
  private final AllocationWaits allocationWaits = new AllocationWaits(2, now::get);

  @Test
  void aWaitBeginsWhenItIsFirstSeen() {
    allocationWaits.seen("a");
    now.set(Duration.ofSeconds(2).toNanos());
    allocationWaits.seen("a");
    now.set(Duration.ofSeconds(3).toNanos());

    assertThat(allocationWaits.over("a")).contains(Duration.ofSeconds(3));
    assertThat(allocationWaits.over("a")).isEmpty();
  }

  @Test
  void whatWasNotSeenHasNoWait() {
    assertThat(allocationWaits.over("a")).isEmpty();
  }

  @Test
  void theOldestAreForgotten() {
    allocationWaits.seen("a");
    allocationWaits.seen("b");
    allocationWaits.seen("c");

    assertThat(allocationWaits.over("a")).isEmpty();
    assertThat(allocationWaits.over("b")).isPresent();
    assertThat(allocationWaits.over("c")).isPresent();
  }
}
