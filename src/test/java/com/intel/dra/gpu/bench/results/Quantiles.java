package com.intel.dra.gpu.bench.results;

import java.util.Arrays;
import java.util.Collection;

/** Quantiles of measured values, by the nearest rank: each is one of the values themselves. */
public final class Quantiles {

  private final double[] sorted;

  /**
   * @throws IllegalArgumentException if there is no value
   */
  public Quantiles(Collection<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no quantile of no values");
    }
    sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
  }

  /**
   * Returns the smallest value such that the given part of the values does not exceed it.
   *
   * @param part more than 0 and at most 1, for example 0.99
   */
  public double at(double part) {
    if (!(part > 0 && part <= 1)) {
      throw new IllegalArgumentException("a part is more than 0 and at most 1, not " + part);
    }
    return sorted[(int) Math.ceil(part * sorted.length) - 1];
  }

  public double highest() {
    return sorted[sorted.length - 1];
  }

  /** Returns "p50 1.2, p90 3.4, p99 5.6, max 7.8" for a report, in the unit of the values. */
  public String told() {
    return "p50 %.1f, p90 %.1f, p99 %.1f, max %.1f"
        .formatted(at(0.5), at(0.9), at(0.99), highest());
  }
}
