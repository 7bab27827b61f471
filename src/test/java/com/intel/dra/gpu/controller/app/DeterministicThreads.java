package com.intel.dra.gpu.controller.app;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Virtual threads that run one at a time and only when the test says which one: every interleaving
 * can be had, and had again. Whatever blocks in them (a lock, a latch, Mutiny's await, {@link
 * Thread#yield}) gives the turn back.
 *
 * <p>The JDK has no public way to give virtual threads a scheduler of one's own. This is the one
 * that its own tests use; it needs {@code --add-opens java.base/java.lang=ALL-UNNAMED}.
 */
public final class DeterministicThreads {

  private final List<Runnable> ready = new ArrayList<>();
  private final List<Throwable> uncaught = new ArrayList<>();
  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(
          virtualThreadsOn(ready::add)
              .uncaughtExceptionHandler((_, thrown) -> uncaught.add(thrown))
              .factory());

  private static Thread.Builder.OfVirtual virtualThreadsOn(Executor scheduler) {
    try {
      var constructor =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      return (Thread.Builder.OfVirtual) constructor.newInstance(scheduler);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JDK makes virtual threads in another way", e);
    }
  }

  ExecutorService executor() {
    return executor;
  }

  /** What threads ended with instead of returning. */
  List<Throwable> uncaught() {
    return uncaught;
  }

  /** How many threads could go on. */
  public int ready() {
    return ready.size();
  }

  /** Lets one of them go on until it blocks or ends. */
  public void goOn(int index) {
    ready.remove(index).run();
  }

  public void runToTheEnd() {
    while (!ready.isEmpty()) {
      goOn(0);
    }
  }
}
