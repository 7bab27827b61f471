package com.intel.dra.gpu.explain.cel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegexPriceTest {

  private static long volume(String regex) {
    return RegexPrice.of("text", regex).volume();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "((a{1000}){1000}){10}",
        "(a{999,}){999,}",
        "(a{1,1000}){1,1000}",
        "a{9999999999}"
      })
  void repetitionsAreMultiplied(String regex) {
    assertThat(volume(regex)).isGreaterThan(SelectorTrace.MAX_VOLUME);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"^0x[0-9a-f]{4}$", "[0-9]{4}-[0-9]{2}-[0-9]{2}", "(?i)arc.*", "{", "a{,5}"})
  void ordinaryExpressionsAreCheap(String regex) {
    assertThat(volume(regex)).isLessThan(SelectorTrace.MAX_VOLUME / 10);
  }

  @Test
  void tablesOfCharactersAreLarge() {
    assertThat(volume("\\pL")).isGreaterThan(1000).isEqualTo(volume("\\PL"));
  }
}
