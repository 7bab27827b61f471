package com.intel.dra.kit.slices.keeper;

import java.time.Duration;

/**
 * The delays and limits of a {@link SliceKeeper}.
 *
 * @param settle how long to wait for further calls after a publish()
 * @param repairDelay how long to wait for further changes after a change by others
 * @param firstRetry the pause after the first failure; doubled after each further one
 * @param longestRetry the longest pause after a failure
 * @param repairBurst how many repairs may follow each other directly
 * @param repairRefill the time between two repairs after such a burst: it limits conflicts with a
 *     writer that wants other slices
 * @param writesRemembered how long the watch may lag behind our own writes
 * @param chooseAgain how long a choice that is not the best candidate stays while the wanted pool
 *     stays the same; feature gates change only when an API server restarts
 * @param lookAgain how long the watch is trusted to show all changes before the slices are read
 *     from the API server
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

  /** The same timings with another time until a better candidate is tried again. */
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
