package com.intel.dra.kit.slices.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RepairBudgetTest {

  private final RepairBudget budget = new RepairBudget(2, Duration.ofNanos(100), 0);

  @Test
  void aBurstIsAtOnceAndWhatFollowsWaits() {
    assertThat(budget.next(10)).isEqualTo(10);
    budget.spend(10);
    assertThat(budget.next(10)).isEqualTo(10);
    budget.spend(10);
    assertThat(budget.next(10)).isEqualTo(110);
    budget.spend(110);
    assertThat(budget.next(110)).isEqualTo(210);
  }

  @Test
  void aQuietTimeFillsItAgainButNoFuller() {
    budget.spend(0);
    budget.spend(0);

    assertThat(budget.next(1000)).isEqualTo(1000);
    budget.spend(1000);
    budget.spend(1000);
    assertThat(budget.next(1000)).isEqualTo(1100);
  }
}
