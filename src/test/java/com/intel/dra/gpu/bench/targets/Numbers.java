package com.intel.dra.gpu.bench.targets;

import java.math.BigDecimal;
import java.util.Locale;

/** Numbers for a report. */
final class Numbers {

  private Numbers() {}

  /** Returns three digits that count, or more before the point. */
  static String told(double value) {
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1_000_000_000) {
      return exact(value);
    }
    int decimals = size < 1 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** Returns the number as somebody wrote it. */
  static String exact(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
