package com.intel.dra.gpu.nodeagent.life;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.mode.DraMode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What others can know of whether this agent works: when its Lease was last renewed, by a clock
 * that does not jump, and the reason against it, if there is one.
 *
 * <p>An agent that the controller takes for dead must not set its GAS to Ready, or the agent and
 * the controller would correct each other for ever. But if the GAS is already Ready, a failed
 * renewal does not change that, so that an outage of the API server does not change the GAS.
 */
@Singleton
public class LeaseStatus {

  private final InstantSource clock;
  private final DraMode mode;
  private Optional<Instant> renewedAt = Optional.empty();
  private Optional<String> doubt = Optional.empty();

  @Inject
  public LeaseStatus(InstantSource clock, DraMode mode) {
    this.clock = clock;
    this.mode = mode;
  }

  Instant now() {
    return clock.instant();
  }

  /**
   * Records that the Lease was renewed and that the agent has no defect.
   *
   * @param since when the write began; the duration of the Lease counts from this moment
   */
  synchronized void renewed(Instant since) {
    renewedAt = Optional.of(since);
    doubt = Optional.empty();
  }

  /**
   * Records a defect because of which the Lease is not renewed.
   *
   * @return whether the defect is a new one
   */
  synchronized boolean doubted(String reason) {
    boolean news = !doubt.equals(Optional.of(reason));
    doubt = Optional.of(reason);
    return news;
  }

  synchronized Optional<String> doubt() {
    return doubt;
  }

  /** Returns whether the Lease is valid, as far as this agent knows. */
  synchronized boolean isCurrent() {
    return doubt.isEmpty()
        && renewedAt
            .filter(at -> Duration.between(at, now()).compareTo(AgentLease.DURATION) < 0)
            .isPresent();
  }

  /** Returns whether the GAS may be Ready from now on, given whether it is Ready now. */
  public boolean allowsReady(boolean isReady) {
    return switch (mode) {
      case CLASSIC -> isReady ? doubt().isEmpty() : isCurrent();
      case STRUCTURED -> true; // nothing reads its Lease
    };
  }
}
