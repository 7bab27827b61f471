package com.intel.dra.gpu.bench.targets;

import java.util.OptionalDouble;

/**
 * What the driver may cost.
 *
 * @param topic what it is about, for the reader
 * @param name of what is measured
 * @param unit of the figure; empty for a ratio or a number of things
 * @param bound that the figure must keep
 * @param step of {@code bench/all} that measures it
 * @param figure its name among the {@link Figures} of the step's results
 */
record Target(String topic, String name, String unit, Bound bound, String step, String figure) {

  /** Whether the target is met. */
  sealed interface Verdict {

    /** The figure keeps the bound. */
    record Met(double measured) implements Verdict {}

    /** The figure does not keep the bound. */
    record NotMet(double measured) implements Verdict {}

    /** There is no figure: the step did not run, or failed. */
    record NotMeasured() implements Verdict {}

    default String told() {
      return switch (this) {
        case Met _ -> "met";
        case NotMet _ -> "not met";
        case NotMeasured _ -> "not measured";
      };
    }

    /** Returns the figure, or nothing. */
    default String measuredText() {
      return switch (this) {
        case Met(double measured) -> Numbers.told(measured);
        case NotMet(double measured) -> Numbers.told(measured);
        case NotMeasured _ -> "";
      };
    }
  }

  Verdict judge(OptionalDouble measured) {
    if (measured.isEmpty()) {
      return new Verdict.NotMeasured();
    }
    double value = measured.getAsDouble();
    return bound.holdsFor(value) ? new Verdict.Met(value) : new Verdict.NotMet(value);
  }

  /** Returns, for example, "at most 4 ms". */
  String boundText() {
    return bound.told() + (unit.isEmpty() ? "" : " " + unit);
  }
}
