package com.intel.dra.kit.concurrent;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** One lock per key, which exists while a thread holds it or waits for it. */
public final class KeyedLocks {

  private static final class CountedLock {
    private final ReentrantLock lock = new ReentrantLock();
    // guarded by the map's atomic compute on the lock's key
    private int users;
  }

  private final ConcurrentHashMap<String, CountedLock> locks = new ConcurrentHashMap<>();

  public <R> R whileHolding(String key, Supplier<R> action) {
    CountedLock counted = acquire(key);
    counted.lock.lock();
    try {
      return action.get();
    } finally {
      counted.lock.unlock();
      release(key);
    }
  }

  /** The number of keys that are held or waited for. */
  int size() {
    return locks.size();
  }

  private CountedLock acquire(String key) {
    return locks.compute(
        key,
        (k, present) -> {
          CountedLock counted = present == null ? new CountedLock() : present;
          counted.users++;
          return counted;
        });
  }

  @SuppressWarnings("NullAway") // null is how compute is told to remove the entry
  private void release(String key) {
    locks.computeIfPresent(key, (k, counted) -> --counted.users == 0 ? null : counted);
  }
}
