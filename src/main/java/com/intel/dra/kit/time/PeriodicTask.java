package com.intel.dra.kit.time;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Does something again and again on a virtual thread of its own, with a pause between two times.
 * Tasks with pauses of a second and more run at the same moments, so that an idle process is woken
 * once for all of them; a pause is up to an eighth of a second shorter or longer for that. What it
 * throws is logged and ends nothing, Errors too: the agent must not look alive with a part of it
 * dead.
 */
public final class PeriodicTask implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(PeriodicTask.class);

  /** The time between two moments at which tasks run. */
  private static final Duration MOMENTS = Duration.ofMillis(250);

  private final String name;
  private final Duration pause;
  private final Runnable task;
  private final ScheduledExecutorService thread;

  private PeriodicTask(String name, Duration pause, Runnable task) {
    this.name = name;
    this.pause = pause;
    this.task = task;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name(name).factory());
  }

  /** Starts now with the first pause. */
  public static PeriodicTask start(String name, Duration pause, Runnable task) {
    return start(name, pause, pause, task);
  }

  /** Starts now with a wait of its own. */
  public static PeriodicTask start(String name, Duration firstWait, Duration pause, Runnable task) {
    var started = new PeriodicTask(name, pause, task);
    started.runAfter(firstWait);
    return started;
  }

  private void runAfter(Duration wait) {
    try {
      var unused = thread.schedule(this::runAndGoOn, wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // closed meanwhile
    }
  }

  private void runAndGoOn() {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "Defect in %s", name);
    } finally {
      runAfter(untilTheMomentAfter(pause, System.nanoTime()));
    }
  }

  /** The pause, or what is nearest to it and ends at a moment. */
  static Duration untilTheMomentAfter(Duration pause, long nanoTime) {
    if (pause.compareTo(Duration.ofSeconds(1)) < 0) {
      return pause;
    }
    long moments = MOMENTS.toNanos();
    long end = nanoTime + pause.toNanos() + moments / 2;
    return Duration.ofNanos(end - Math.floorMod(end, moments) - nanoTime);
  }

  /** Interrupts what is running and waits for nothing. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
