package com.intel.dra.gpu.explain.cel;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import org.junit.jupiter.api.Test;

class DeviceSelectorsTest {

  private final DeviceSelectors selectors = new DeviceSelectors();
  private final SelectableDevice device =
      SelectableDevice.of("gpu.intel.com", new DeviceBuilder().withName("g1").build());

  @Test
  void longExpressionsAreKeptOnlyAsFarAsThereIsRoom() {
    for (int i = 0; i < 30; i++) {
      assertThat(selectors.check("'%d%s' != ''".formatted(i, "x".repeat(9_000)), device).verdict())
          .isInstanceOf(SelectorVerdict.Selected.class);
      assertThat(selectors.keptCharacters()).isLessThanOrEqualTo(128 * 1024);
    }
  }

  @Test
  void aLongExpressionCostsMoreTheFirstTime() {
    String expression = "'%s' != ''".formatted("x".repeat(9_000));
    long first = selectors.check(expression, device).steps();
    assertThat(selectors.check(expression, device).steps()).isLessThan(first / 10);
  }

  @Test
  void theSameExpressionAgainTakesNoMoreRoom() {
    selectors.check("true", device);
    selectors.check("true", device);
    assertThat(selectors.keptCharacters()).isEqualTo(4);
  }
}
