package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.takeover.TakeOver;
import com.intel.dra.kit.time.PeriodicTask;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Has the agent take over the claims of the Go driver, if the settings want it. */
@Singleton
class TakeOverTask {

  /** A look reads the record; it lists the claims of the cluster less often. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final AgentConfig config;
  private final TakeOver takeOver;
  private final AtomicReference<Optional<PeriodicTask>> task =
      new AtomicReference<>(Optional.empty());

  @Inject
  TakeOverTask(AgentConfig config, TakeOver takeOver) {
    this.config = config;
    this.takeOver = takeOver;
  }

  void start(@Observes StartupEvent event) {
    if (!config.takeOver()) {
      return;
    }
    task.set(Optional.of(PeriodicTask.start("take-over", Duration.ZERO, PAUSE, takeOver::look)));
  }

  void stop(@Observes ShutdownEvent event) {
    task.getAndSet(Optional.empty()).ifPresent(PeriodicTask::close);
  }
}
