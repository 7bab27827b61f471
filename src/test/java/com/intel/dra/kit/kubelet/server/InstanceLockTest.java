package com.intel.dra.kit.kubelet.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceLockTest {

  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path folder;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger running = new AtomicInteger();

  @AfterEach
  void letAllCallsEnd() {
    gate.countDown();
    threads.close();
  }

  @Test
  void callsOfOneInstanceOverlap() {
    var lock = lock(SHORT);

    var first = held(lock);
    var second = held(lock);

    await().untilAsserted(() -> assertThat(running).hasValue(2));
    gate.countDown();
    assertThat(first.join()).isEqualTo("done");
    assertThat(second.join()).isEqualTo("done");
  }

  @Test
  void theLastCallOfAnInstanceLetsTheOtherIn() {
    var held = held(lock(SHORT));
    await().untilAsserted(() -> assertThat(running).hasValue(1));

    assertThat(once(lock(SHORT)))
        .contains("another instance of the driver on this node is busy", "serialize.lock");

    gate.countDown();
    assertThat(held.join()).isEqualTo("done");
    assertThat(once(lock(SHORT))).isEqualTo("done");
  }

  @Test
  void anotherProcessIsWaitedForUntilItDies() {
    try (var other = LockHolder.start(folder.resolve("serialize.lock"))) {
      assertThat(once(lock(SHORT))).contains("another instance of the driver");

      var waiting = CompletableFuture.supplyAsync(() -> once(lock(LONG)), threads);
      other.close();

      assertThat(waiting.join()).isEqualTo("done");
    }
  }

  @Test
  void callsThatWaitTogetherAreRefusedTogether() {
    var lock = lock(SHORT);
    try (var other = LockHolder.start(folder.resolve("serialize.lock"))) {
      var first = CompletableFuture.supplyAsync(() -> once(lock), threads);
      var second = CompletableFuture.supplyAsync(() -> once(lock), threads);

      assertThat(first.join()).contains("busy");
      assertThat(second.join()).contains("busy");
    }
    assertThat(once(lock)).isEqualTo("done");
  }

  @Test
  void anActionThatThrowsLetsGo() {
    var failing = lock(SHORT);
    var thrown =
        CompletableFuture.supplyAsync(
            () ->
                failing.<String>whileHolding(
                    () -> {
                      throw new IllegalStateException("a defect");
                    },
                    reason -> reason),
            threads);

    assertThat(thrown).failsWithin(LONG);
    assertThat(once(lock(SHORT))).isEqualTo("done");
  }

  @Test
  void aFileThatCannotBeMadeIsSaid() {
    var lock = new InstanceLock(Optional.of(folder.resolve("missing/serialize.lock")), SHORT);

    assertThat(once(lock)).contains("could not be locked", "missing/serialize.lock");
  }

  @Test
  void theOnlyInstanceLocksNothing() {
    assertThat(once(new InstanceLock(Optional.empty(), SHORT))).isEqualTo("done");
    assertThat(folder).isEmptyDirectory();
  }

  private InstanceLock lock(Duration patience) {
    return new InstanceLock(Optional.of(folder.resolve("serialize.lock")), patience);
  }

  private static String once(InstanceLock lock) {
    return lock.whileHolding(() -> "done", reason -> reason);
  }

  private CompletableFuture<String> held(InstanceLock lock) {
    return CompletableFuture.supplyAsync(
        () ->
            lock.whileHolding(
                () -> {
                  running.incrementAndGet();
                  try {
                    gate.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return "done";
                },
                reason -> reason),
        threads);
  }
}
