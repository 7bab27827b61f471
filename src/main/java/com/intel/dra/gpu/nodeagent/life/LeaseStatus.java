package com.intel.dra.gpu.nodeagent.life;

import com.intel.dra.gpu.api.AgentLease;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What others can know of this agent's life: when its Lease was last renewed, by a clock that does
 * not jump, and whether something speaks against it.
 *
 * <p>An agent that nobody believes to live must not call its GAS Ready, or it and the controller
 * would correct each other for ever. But one whose GAS is Ready leaves it so when a renewal fails:
 * when the API server is back the GAS need not have been anything else.
 */
@Singleton
public class LeaseStatus {

  private final InstantSource clock;
  private Optional<Instant> renewedAt = Optional.empty();
  private Optional<String> doubt = Optional.empty();

  @Inject
  public LeaseStatus(InstantSource clock) {
    this.clock = clock;
  }

  Instant now() {
    return clock.instant();
  }

  /**
   * The Lease was renewed, and nothing speaks against this agent.
   *
   * @param since when that write began: it counts from no later moment
   */
  synchronized void renewed(Instant since) {
    renewedAt = Optional.of(since);
    doubt = Optional.empty();
  }

  /**
   * Something does not work, so the Lease is not renewed.
   *
   * @return whether that is news
   */
  synchronized boolean doubted(String reason) {
    boolean news = !doubt.equals(Optional.of(reason));
    doubt = Optional.of(reason);
    return news;
  }

  synchronized Optional<String> doubt() {
    return doubt;
  }

  /** Whether the Lease holds, as far as this agent knows. */
  synchronized boolean isCurrent() {
    return doubt.isEmpty()
        && renewedAt
            .filter(at -> Duration.between(at, now()).compareTo(AgentLease.DURATION) < 0)
            .isPresent();
  }

  /** Whether a GAS that is Ready, or is not, may be from now on. */
  public boolean allowsReady(boolean isReady) {
    return isReady ? doubt().isEmpty() : isCurrent();
  }
}
