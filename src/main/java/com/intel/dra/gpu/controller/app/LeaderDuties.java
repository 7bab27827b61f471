package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.controller.leader.Leadership;
import com.intel.dra.gpu.controller.nodes.AgentWatch;
import com.intel.dra.gpu.controller.release.PeriodicResync;
import com.intel.dra.kit.time.TaskTimer;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Repeated work of the leader, in addition to its reconcilers. */
@Singleton
@IfBuildProfile("controller")
class LeaderDuties {

  private static final Logger LOG = Logger.getLogger(LeaderDuties.class);

  private final PeriodicResync periodicResync;
  private final AgentWatch agents;
  private final Leadership leadership;
  private final TaskTimer timer;

  LeaderDuties(
      PeriodicResync periodicResync, AgentWatch agents, Leadership leadership, TaskTimer timer) {
    this.periodicResync = periodicResync;
    this.agents = agents;
    this.leadership = leadership;
    this.timer = timer;
  }

  /** Starts the repeated work, first with what a standby has left undone. Does not block. */
  void begin() {
    repeat(
        "Not all waiting claims and pods could be tried again",
        periodicResync::sweep,
        PeriodicResync.PERIOD);
    repeat("The node agents could not be checked", agents::look, AgentWatch.PERIOD);
  }

  /** By the timer and not by a PeriodicTask, because it ends by itself when the lead is lost. */
  private void repeat(String failure, Runnable duty, Duration pause) {
    timer.after(Duration.ZERO, () -> doAndGoOn(failure, duty, pause));
  }

  private void doAndGoOn(String failure, Runnable duty, Duration pause) {
    if (!leadership.isLeading()) {
      return;
    }
    try {
      duty.run();
    } catch (RuntimeException e) {
      LOG.warn(failure, e);
    } finally {
      timer.after(pause, () -> doAndGoOn(failure, duty, pause));
    }
  }
}
