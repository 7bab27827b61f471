package com.intel.dra.kit.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KeyedLocksTest {

  @Test
  void oneHolderPerKeyAndNoLockIsKept() {
    var locks = new KeyedLocks();
    var holders = new ConcurrentHashMap<String, AtomicInteger>();
    var overlaps = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 400; i++) {
        String key = "claim-" + i % 3;
        threads.execute(
            () ->
                locks.whileHolding(
                    key,
                    () -> {
                      var holding = holders.computeIfAbsent(key, k -> new AtomicInteger());
                      if (holding.incrementAndGet() != 1) {
                        overlaps.incrementAndGet();
                      }
                      Thread.yield();
                      return holding.decrementAndGet();
                    }));
      }
    }

    assertThat(overlaps).hasValue(0);
    assertThat(holders).hasSize(3);
    assertThat(locks.size()).isZero();
  }
}
