package com.intel.dra.kit.slices.keeper;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Lets one thread sleep until there is a reason to look at the slices. May be set by any thread.
 */
final class WakeUp {

  enum Reason {
    /** Other slices are wanted. */
    PUBLISH,
    /** Another writer changed or deleted slices. */
    REPAIR,
    /** A better candidate may be possible now. */
    CHOOSE_AGAIN,
    /** The watch has not shown one of our writes for a long time. */
    UNCONFIRMED,
    /** The API server has not been read directly, without the watch, for a long time. */
    LOOK
  }

  private final InstantSource clock;
  private final Map<Reason, Instant> due = new EnumMap<>(Reason.class);
  private Instant notBefore = Instant.MIN;

  /**
   * @param clock the one that all times are of
   */
  WakeUp(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Sets the time for a reason. An earlier time for the same reason stays, so a burst does not
   * postpone it.
   */
  synchronized void set(Reason reason, Instant at) {
    due.merge(reason, at, (one, other) -> other.isBefore(one) ? other : one);
    notifyAll();
  }

  synchronized void clear(Reason reason) {
    due.remove(reason);
  }

  /** Prevents waking before this time, for any reason. */
  synchronized void restUntil(Instant time) {
    notBefore = time;
  }

  /** Sleeps until something is due, and returns all due reasons. */
  synchronized Set<Reason> await() throws InterruptedException {
    while (true) {
      Instant now = clock.instant();
      var reasons = EnumSet.noneOf(Reason.class);
      Instant next = Instant.MAX;
      for (Map.Entry<Reason, Instant> entry : due.entrySet()) {
        Instant at = entry.getValue().isBefore(notBefore) ? notBefore : entry.getValue();
        if (!now.isBefore(at)) {
          reasons.add(entry.getKey());
        } else if (at.isBefore(next)) {
          next = at;
        }
      }
      if (!reasons.isEmpty()) {
        due.keySet().removeAll(reasons);
        return reasons;
      }
      if (next.equals(Instant.MAX)) {
        wait();
      } else {
        wait(Duration.between(now, next).toMillis() + 1);
      }
    }
  }
}
