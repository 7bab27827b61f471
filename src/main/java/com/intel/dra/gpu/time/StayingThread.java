package com.intel.dra.gpu.time;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * For executors that others made with {@code Executors.newScheduledThreadPool(0)}, as JOSDK 5.3
 * does. No thread of theirs is to stay, so the JDK asks every 10 ms whether there still is
 * something to do later, for as long as there is: half of what an idle node agent took of a core.
 */
public final class StayingThread {

  private StayingThread() {}

  /** Has one thread stay, which sleeps until there is something to do. */
  public static void in(ScheduledExecutorService executor) {
    if (executor instanceof ScheduledThreadPoolExecutor pool && pool.getCorePoolSize() == 0) {
      pool.setCorePoolSize(1);
    }
  }
}
