package com.intel.dra.gpu.controller;

import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;

/** What the leader does again and again, beside its reconcilers. */
@Singleton
@IfBuildProfile("controller")
class LeaderDuties {

  private static final Logger LOG = Logger.getLogger(LeaderDuties.class);

  private final Sweep sweep;
  private final AgentWatch agents;
  private final Leadership leadership;
  private final Later later;

  LeaderDuties(Sweep sweep, AgentWatch agents, Leadership leadership, Later later) {
    this.sweep = sweep;
    this.agents = agents;
    this.leadership = leadership;
    this.later = later;
  }

  /** Begins with what a standby left alone. Does not block. */
  void begin() {
    repeat("Not everything that waits could be looked at again", sweep::sweep, Sweep.PERIOD);
    repeat("The node agents could not be looked at", agents::look, AgentWatch.PERIOD);
  }

  private void repeat(String failure, Runnable duty, Duration pause) {
    later.after(Duration.ZERO, () -> doAndGoOn(failure, duty, pause));
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
      later.after(pause, () -> doAndGoOn(failure, duty, pause));
    }
  }
}
