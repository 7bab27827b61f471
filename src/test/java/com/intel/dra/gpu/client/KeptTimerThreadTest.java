package com.intel.dra.gpu.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeptTimerThreadTest {

  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

  /** An executor like the one that JOSDK makes. */
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(
          0,
          task -> {
            Thread thread = Thread.ofPlatform().daemon().unstarted(task);
            threads.add(thread);
            return thread;
          });

  @AfterEach
  void end() {
    executor.shutdownNow();
  }

  @Test
  void whatIsToBeDoneLaterIsSleptForAndNotAskedForAgainAndAgain() {
    var unused = executor.schedule(() -> {}, 1, TimeUnit.HOURS);
    await().until(() -> threads.stream().anyMatch(thread -> isIn(thread, "poll")));

    KeptTimerThread.in(executor);

    await().until(() -> threads.stream().filter(Thread::isAlive).count() == 1);
    await()
        .until(
            () ->
                threads.stream()
                    .filter(Thread::isAlive)
                    .allMatch(thread -> isIn(thread, "take") && !isIn(thread, "poll")));
  }

  @Test
  void itIsDoneAsBefore() throws Exception {
    var later = executor.schedule(() -> "done", 20, TimeUnit.MILLISECONDS);
    KeptTimerThread.in(executor);

    assertThat(later.get()).isEqualTo("done");
    assertThat(executor.schedule(() -> "again", 1, TimeUnit.MILLISECONDS).get()).isEqualTo("again");
  }

  @Test
  void anExecutorWithThreadsThatStayIsLeftAlone() {
    executor.setCorePoolSize(3);
    KeptTimerThread.in(executor);

    assertThat(executor.getCorePoolSize()).isEqualTo(3);
  }

  private static boolean isIn(Thread thread, String method) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(
            frame ->
                frame.getClassName().endsWith("DelayedWorkQueue")
                    && frame.getMethodName().equals(method));
  }
}
