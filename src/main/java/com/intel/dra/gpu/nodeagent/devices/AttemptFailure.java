package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.kit.time.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A failed attempt and the time of the next one: after 1 s, then twice as long each time, up to a
 * minute.
 *
 * @param attempts how many attempts failed in a row
 */
public record AttemptFailure(String message, int attempts, Instant retryAt) {

  private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

  /** Attempts with pauses of 1, 2 and 4 s. */
  private static final int CLOSE_ATTEMPTS = 3;

  public static AttemptFailure after(
      Optional<AttemptFailure> previous, String message, Instant now) {
    int attempts = previous.map(AttemptFailure::attempts).orElse(0) + 1;
    return new AttemptFailure(message, attempts, now.plus(BACKOFF.pauseAfter(attempts)));
  }

  public boolean isDue(Instant now) {
    return !now.isBefore(retryAt);
  }

  /**
   * Returns whether the next attempts are so soon that a call may wait for them. A kernel that
   * refused more often than this will go on refusing, and the failure must be reported.
   */
  public boolean mayPassWithinSeconds() {
    return attempts <= CLOSE_ATTEMPTS;
  }
}
