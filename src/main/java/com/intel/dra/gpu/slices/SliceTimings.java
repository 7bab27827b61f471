package com.intel.dra.gpu.slices;

import java.time.Duration;

/**
 * How fast a {@link SliceKeeper} does things.
 *
 * @param settle how long after a publish() it waits for more of them
 * @param repairDelay how long after a change by somebody else it waits for more of them
 * @param firstRetry the pause after a first failure; doubled with every further one
 * @param longestRetry the longest pause after a failure
 * @param repairBurst how many repairs may follow each other at once
 * @param repairRefill after those, the time between two repairs: it ends fights with somebody who
 *     wants other slices
 * @param writesRemembered how long a watch may lag behind our own writes
 * @param chooseAgain how long the choice of a candidate that is not the best stands while what is
 *     wanted stays the same: feature gates change only when an API server restarts
 * @param lookAgain how long the watch is trusted to tell of everything, before the API server is
 *     asked for the slices
 */
public record SliceTimings(
    Duration settle,
    Duration repairDelay,
    Duration firstRetry,
    Duration longestRetry,
    int repairBurst,
    Duration repairRefill,
    Duration writesRemembered,
    Duration chooseAgain,
    Duration lookAgain) {

  public static final SliceTimings DEFAULTS =
      new SliceTimings(
          Duration.ofMillis(100),
          Duration.ofSeconds(1),
          Duration.ofMillis(500),
          Duration.ofSeconds(30),
          5,
          Duration.ofSeconds(15),
          Duration.ofMinutes(1),
          Duration.ofMinutes(10),
          Duration.ofMinutes(10));

  /** The same with another time until a better candidate is tried again. */
  public SliceTimings withChooseAgain(Duration chooseAgain) {
    return new SliceTimings(
        settle,
        repairDelay,
        firstRetry,
        longestRetry,
        repairBurst,
        repairRefill,
        writesRemembered,
        chooseAgain,
        lookAgain);
  }
}
