package com.intel.dra.gpu.bench.targets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GrowthTest {

  @Test
  void aCostThatGrowsAsTheSizeDoesIsLinear() {
    assertThat(judge(Map.of(10, 1.0, 100, 10.0, 1000, 100.0))).isEqualTo("linear or better");
  }

  @Test
  void aCostThatGrowsMoreBetweenTwoSizesIsTold() {
    assertThat(judge(Map.of(10, 1.0, 100, 9.0, 1000, 91.0))).isEqualTo("steeper from 100 to 1000");
  }

  @Test
  void aCostAtOneSizeTellsNothing() {
    assertThat(judge(Map.of(10, 1.0))).isEqualTo("not measured");
  }

  private static String judge(Map<Integer, Double> costs) {
    return Growth.judge(new TreeMap<>(costs));
  }
}
