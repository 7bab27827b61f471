package com.intel.dra.kit.slices.keeper;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Lets one thread sleep until there is a reason to look at the slices. May be set by any thread.
 * Times are those of {@link System#nanoTime}.
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

  private final Map<Reason, Long> due = new EnumMap<>(Reason.class);
  private long notBefore = System.nanoTime();

  /**
   * Sets the time for a reason. An earlier time for the same reason stays, so a burst does not
   * postpone it.
   */
  synchronized void set(Reason reason, long at) {
    due.merge(reason, at, (one, other) -> one - other <= 0 ? one : other);
    notifyAll();
  }

  synchronized void clear(Reason reason) {
    due.remove(reason);
  }

  /** Prevents waking before this time, for any reason. */
  synchronized void restUntil(long time) {
    notBefore = time;
  }

  /** Sleeps until something is due, and returns all due reasons. */
  synchronized Set<Reason> await() throws InterruptedException {
    while (true) {
      long now = System.nanoTime();
      var reasons = EnumSet.noneOf(Reason.class);
      long next = Long.MAX_VALUE;
      for (Map.Entry<Reason, Long> entry : due.entrySet()) {
        long left = Math.max(entry.getValue() - now, notBefore - now);
        if (left <= 0) {
          reasons.add(entry.getKey());
        } else {
          next = Math.min(next, left);
        }
      }
      if (!reasons.isEmpty()) {
        due.keySet().removeAll(reasons);
        return reasons;
      }
      if (next == Long.MAX_VALUE) {
        wait();
      } else {
        wait(TimeUnit.NANOSECONDS.toMillis(next) + 1);
      }
    }
  }
}
