package com.intel.dra.gpu.client;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Keeps one thread in executors that other code made with {@code
 * Executors.newScheduledThreadPool(0)}, as JOSDK 5.3 does. Such an executor keeps no thread, and
 * the JDK then checks every 10 ms whether delayed work is left, for as long as there is some. That
 * was half of the CPU time of an idle node agent.
 */
public final class KeptTimerThread {

  private KeptTimerThread() {}

  /** Makes the executor keep one thread, which sleeps until there is work. */
  public static void in(ScheduledExecutorService executor) {
    if (executor instanceof ScheduledThreadPoolExecutor pool && pool.getCorePoolSize() == 0) {
      pool.setCorePoolSize(1);
    }
  }
}
