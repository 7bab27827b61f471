package com.intel.dra.gpu.bench.targets;

/** What a figure must be so that its target is met. */
sealed interface Bound {

  /** The figure may be this, and not more. */
  record AtMost(double value) implements Bound {}

  /** The figure may be this, and not less. */
  record AtLeast(double value) implements Bound {}

  default boolean holdsFor(double measured) {
    return switch (this) {
      case AtMost(double value) -> measured <= value;
      case AtLeast(double value) -> measured >= value;
    };
  }

  /** Returns, for example, "at most 1.2". */
  default String told() {
    return switch (this) {
      case AtMost(double value) -> "at most " + Numbers.exact(value);
      case AtLeast(double value) -> "at least " + Numbers.exact(value);
    };
  }
}
