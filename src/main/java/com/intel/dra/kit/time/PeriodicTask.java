package com.intel.dra.kit.time;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Does something again and again on a virtual thread of its own, with a pause between two times.
 * What it throws is logged and ends nothing, Errors too: the agent must not look alive with a part
 * of it dead.
 */
public final class PeriodicTask implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(PeriodicTask.class);

  private final ScheduledExecutorService thread;

  private PeriodicTask(ScheduledExecutorService thread) {
    this.thread = thread;
  }

  /** Starts now with the first pause. */
  public static PeriodicTask start(String name, Duration pause, Runnable task) {
    return start(name, pause, pause, task);
  }

  /** Starts now with a wait of its own. */
  public static PeriodicTask start(String name, Duration firstWait, Duration pause, Runnable task) {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name(name).factory());
    var unused =
        thread.scheduleWithFixedDelay(
            () -> {
              try {
                task.run();
              } catch (RuntimeException | Error e) {
                LOG.errorf(e, "Defect in %s", name);
              }
            },
            firstWait.toNanos(),
            pause.toNanos(),
            TimeUnit.NANOSECONDS);
    return new PeriodicTask(thread);
  }

  /** Interrupts what is running and waits for nothing. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
