package com.intel.dra.gpu.slices;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Lets one thread sleep until there is a reason to look at the slices. Set by any thread. Times are
 * those of {@link System#nanoTime}.
 */
final class Alarm {

  enum Reason {
    /** Something else is wanted. */
    PUBLISH,
    /** Somebody else wrote or deleted slices. */
    REPAIR,
    /** A better candidate may be possible by now. */
    CHOOSE_AGAIN,
    /** The watch has not told of a write of ours for long. */
    UNCONFIRMED,
    /** Nobody has looked past the watch for long. */
    LOOK
  }

  private final Map<Reason, Long> due = new EnumMap<>(Reason.class);
  private long notBefore = System.nanoTime();

  /** An earlier time for the same reason stays: a burst does not put it off. */
  synchronized void set(Reason reason, long at) {
    due.merge(reason, at, (one, other) -> one - other <= 0 ? one : other);
    notifyAll();
  }

  synchronized void clear(Reason reason) {
    due.remove(reason);
  }

  /** Nothing wakes before this time, whatever the reason. */
  synchronized void restUntil(long time) {
    notBefore = time;
  }

  /** Sleeps until something is due, and returns all that is. */
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
