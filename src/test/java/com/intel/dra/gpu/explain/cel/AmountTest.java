package com.intel.dra.gpu.explain.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountTest {

  @ParameterizedTest
  @CsvSource({
    "16Gi, 17179869184",
    "1k, 1000",
    "1500m, 1.5",
    "1e3, 1000",
    "2E, 2000000000000000000",
    ".5, 0.5",
    "-1Ki, -1024",
    "0.0000000001, 0.000000001"
  })
  void readsWhatKubernetesReads(String text, String number) {
    assertThat(Amount.parse(text).number()).isEqualByComparingTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1 Gi", "1gi", "1e", "--1", "1Gii", "0x10"})
  void refusesWhatKubernetesRefuses(String text) {
    assertThatThrownBy(() -> Amount.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "1.0.0, 1.0.0-rc.1",
    "1.0.0-rc.1, 1.0.0-beta.9",
    "1.0.0-beta.11, 1.0.0-beta.2",
    "1.10.0, 1.9.9",
    "1.0.0-a.b, 1.0.0-a.1"
  })
  void versionsHaveTheOrderOfSemver(String greater, String smaller) {
    assertThat(SemanticVersion.parse(greater)).isGreaterThan(SemanticVersion.parse(smaller));
  }

  @ParameterizedTest
  @CsvSource({"v1, 1.0.0", "01.2, 1.2.0", "v1.2.3-rc.1, 1.2.3-rc.1"})
  void incompleteVersionsAreCompleted(String text, String version) {
    assertThat(SemanticVersion.parseTolerantly(text)).isEqualTo(SemanticVersion.parse(version));
  }
}
