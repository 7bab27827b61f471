package com.intel.dra.kit.slices.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RepairBudgetTest {

  private final RepairBudget budget = new RepairBudget(2, Duration.ofSeconds(100), second(0));

  private static Instant second(int second) {
    return Instant.ofEpochSecond(second);
  }

  @Test
  void aBurstIsAtOnceAndWhatFollowsWaits() {
    assertThat(budget.next(second(10))).isEqualTo(second(10));
    budget.spend(second(10));
    assertThat(budget.next(second(10))).isEqualTo(second(10));
    budget.spend(second(10));
    assertThat(budget.next(second(10))).isEqualTo(second(110));
    budget.spend(second(110));
    assertThat(budget.next(second(110))).isEqualTo(second(210));
  }

  @Test
  void aQuietTimeFillsItAgainButNoFuller() {
    budget.spend(second(0));
    budget.spend(second(0));

    assertThat(budget.next(second(1000))).isEqualTo(second(1000));
    budget.spend(second(1000));
    budget.spend(second(1000));
    assertThat(budget.next(second(1000))).isEqualTo(second(1100));
  }
}
