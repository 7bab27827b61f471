package com.intel.dra.gpu.controller.placing;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Since when claims wait to be allocated, as this process saw it; for a metric. Of those that are
 * never allocated nobody tells it: the oldest are forgotten when there are too many.
 */
final class AllocationWaits {

  private final int most;
  private final LongSupplier nanoTime;
  private final LinkedHashMap<String, Long> since = new LinkedHashMap<>();

  /**
   * @param most to be remembered
   */
  AllocationWaits(int most, LongSupplier nanoTime) {
    this.most = most;
    this.nanoTime = nanoTime;
  }

  /**
   * It waits, and may have done so before.
   *
   * @param uid of whatever is served as one: a claim, or the scheduling context of a pod
   */
  synchronized void seen(String uid) {
    if (since.putIfAbsent(uid, nanoTime.getAsLong()) == null && since.size() > most) {
      Map.Entry<String, Long> oldest = since.firstEntry();
      since.remove(oldest.getKey());
    }
  }

  /** It waits no more; empty if it was not seen, or long ago. */
  synchronized Optional<Duration> over(String uid) {
    return Optional.ofNullable(since.remove(uid))
        .map(begin -> Duration.ofNanos(nanoTime.getAsLong() - begin));
  }
}
