package com.intel.dra.gpu.bench.targets;

/**
 * One command of {@code bench/all}, as it ran.
 *
 * @param name of the step
 * @param command with its options
 * @param began when it began, for readers
 * @param seconds that it took
 * @param exitCode 0 if it measured all that it should
 * @param otherWorkPercent how much of the machine's CPU went to something else: the highest of the
 *     seconds before and after it, when nothing of the benchmark ran, and of what had low priority
 *     or was taken by the host meanwhile
 */
record Step(
    String name,
    String command,
    String began,
    double seconds,
    int exitCode,
    double otherWorkPercent) {

  /** More than what the system itself does, such as writing back what a step left. */
  private static final double BUSY_PERCENT = 10;

  boolean failed() {
    return exitCode != 0;
  }

  /** Returns whether the machine did something else beside that may change figures. */
  boolean disturbed() {
    return otherWorkPercent > BUSY_PERCENT;
  }
}
