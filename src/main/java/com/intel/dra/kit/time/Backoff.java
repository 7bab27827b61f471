package com.intel.dra.kit.time;

import java.time.Duration;

/**
 * The pauses after attempts that fail in a row: each is twice as long as the one before, up to a
 * limit. It keeps no count. Reconcilers do not use it, because the operator SDK repeats them itself
 * (its annotation GradualRetry has the same form).
 *
 * @param first the pause after the first failure
 * @param longest no pause is longer
 */
public record Backoff(Duration first, Duration longest) {

  /**
   * @param failures how many attempts failed in a row, at least 1
   */
  public Duration pauseAfter(int failures) {
    Duration pause = first;
    for (int before = 1; before < failures && pause.compareTo(longest) < 0; before++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(longest) < 0 ? pause : longest;
  }
}
