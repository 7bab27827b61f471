package com.intel.dra.gpu.controller.app;

import com.intel.dra.kit.time.TaskTimer;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.virtual.threads.VirtualThreads;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One thread waits for the times; virtual threads do the work. */
@Singleton
@IfBuildProfile("controller")
class VirtualThreadTimer implements TaskTimer {

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform().name("timer").daemon().factory(),
          new ThreadPoolExecutor.DiscardPolicy());
  private final ExecutorService virtualThreads;

  VirtualThreadTimer(@VirtualThreads ExecutorService virtualThreads) {
    this.virtualThreads = virtualThreads;
  }

  @Override
  public void after(Duration delay, Runnable task) {
    var _ =
        timer.schedule(() -> virtualThreads.execute(task), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  @PreDestroy
  void stop() {
    timer.shutdownNow();
  }
}
