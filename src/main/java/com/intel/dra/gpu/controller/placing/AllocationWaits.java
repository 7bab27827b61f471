package com.intel.dra.gpu.controller.placing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Since when claims have been waiting for allocation, as this process saw it; for a metric. Nothing
 * reports claims that are never allocated, so the oldest are forgotten if there are too many.
 */
final class AllocationWaits {

  private final int most;
  private final InstantSource clock;
  private final LinkedHashMap<String, Instant> since = new LinkedHashMap<>();

  /**
   * @param most how many waits to remember
   */
  AllocationWaits(int most, InstantSource clock) {
    this.most = most;
    this.clock = clock;
  }

  /**
   * Notes that this is waiting; it may have been noted before.
   *
   * @param uid of a claim, or of the scheduling context of a pod
   */
  synchronized void seen(String uid) {
    if (since.putIfAbsent(uid, clock.instant()) == null && since.size() > most) {
      Map.Entry<String, Instant> oldest = since.firstEntry();
      since.remove(oldest.getKey());
    }
  }

  /**
   * Ends the wait and returns how long it was; empty if the wait was not noted, or was forgotten.
   */
  synchronized Optional<Duration> over(String uid) {
    return Optional.ofNullable(since.remove(uid))
        .map(begin -> Duration.between(begin, clock.instant()));
  }
}
