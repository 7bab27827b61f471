package com.intel.dra.gpu.controller.placing;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.kit.time.SettableClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AllocationWaitsTest {

  private final SettableClock clock = new SettableClock();
  private final AllocationWaits allocationWaits = new AllocationWaits(2, clock);

  @Test
  void aWaitBeginsWhenItIsFirstSeen() {
    allocationWaits.seen("a");
    clock.add(Duration.ofSeconds(2));
    allocationWaits.seen("a");
    clock.add(Duration.ofSeconds(1));

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
