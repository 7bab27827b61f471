package com.intel.dra.gpu.controller.app;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Virtual threads that run one at a time, in the order that the test chooses, so that every
 * interleaving can be produced and repeated. A thread that blocks (on a lock, a latch, Mutiny's
 * await or {@link Thread#yield}) returns control to the test.
 *
 * <p>The JDK has no public way to give virtual threads a scheduler of one's own. This class uses
 * the way of the JDK's own tests; it needs {@code --add-opens java.base/java.lang=ALL-UNNAMED}.
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

  /** The exceptions and errors that ended threads. */
  List<Throwable> uncaught() {
    return uncaught;
  }

  /** Returns how many threads can continue. */
  public int ready() {
    return ready.size();
  }

  /** Lets one of the threads run until it blocks or ends. */
  public void goOn(int index) {
    ready.remove(index).run();
  }

  public void runToTheEnd() {
    while (!ready.isEmpty()) {
      goOn(0);
    }
  }
}
