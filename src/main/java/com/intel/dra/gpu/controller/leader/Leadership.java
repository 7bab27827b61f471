package com.intel.dra.gpu.controller.leader;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Knows whether this process leads; only then it may write. The answer is only as recent as the
 * last confirmation by the API server: a process that was paused or cut off has to ask before it
 * writes again.
 */
@Singleton
@IfBuildProfile("controller")
public class Leadership {

  private static final Logger LOG = Logger.getLogger(Leadership.class);

  /** How long a write that is under way when the leadership ends may still take. */
  private static final Duration LAST_WRITES = Duration.ofSeconds(5);

  private enum State {
    WAITING,
    LEADING,
    ENDED
  }

  private final String identity;
  private final LeaseReader leaseReader;
  private final InstantSource clock;
  private final ReentrantReadWriteLock writes = new ReentrantReadWriteLock();
  private volatile State state = State.WAITING;
  private volatile Instant confirmedAt;
  private volatile boolean hadLead;

  public Leadership(
      @ConfigProperty(name = "gpu.controller-identity") String identity,
      LeaseReader leaseReader,
      InstantSource clock) {
    this.identity = identity;
    this.leaseReader = leaseReader;
    this.clock = clock;
    this.confirmedAt = clock.instant();
  }

  /** The identity of this process; no other process ever has the same. */
  public String identity() {
    return identity;
  }

  public boolean isLeading() {
    return state == State.LEADING;
  }

  /** Returns whether this process has itself given up the lead, or its candidacy. */
  public boolean hasEnded() {
    return state == State.ENDED;
  }

  /** To be called when this process has just become the leader. */
  public synchronized void begin() {
    if (state == State.WAITING) {
      confirmedAt = clock.instant();
      state = State.LEADING;
    }
  }

  /** The time since the API server last confirmed that this process leads. */
  public Duration unconfirmedFor() {
    return Duration.between(confirmedAt, clock.instant());
  }

  /**
   * Asks the API server. Blocks for some seconds at most.
   *
   * @return whether this process leads
   * @throws KubernetesClientException if that is not known
   */
  public boolean confirm() {
    Instant asked = clock.instant();
    if (isLeading() && leaseReader.leader().filter(identity::equals).isPresent()) {
      confirmedAt = asked;
      return true;
    }
    return false;
  }

  /**
   * Does a write if this process may write.
   *
   * @throws NotLeadingException if it may not
   */
  <T> T write(Supplier<T> write) {
    // Checked before the lock as well: a caller that arrives while end() waits for other writes
    // gets the refusal at once.
    refuseUnlessLeading();
    writes.readLock().lock();
    try {
      refuseUnlessLeading();
      if (unconfirmedFor().compareTo(ElectionTimes.RENEW_DEADLINE) > 0) {
        throw new NotLeadingException(
            "this controller cannot be sure that it still leads, so it writes nothing");
      }
      return write.get();
    } finally {
      writes.readLock().unlock();
    }
  }

  private void refuseUnlessLeading() {
    if (!isLeading()) {
      throw new NotLeadingException("this controller does not lead, so it writes nothing");
    }
  }

  /** Refuses all writes from now on. Waits some seconds for writes that are under way. */
  public void end() {
    endLead();
    try {
      if (writes.writeLock().tryLock(LAST_WRITES.toMillis(), TimeUnit.MILLISECONDS)) {
        writes.writeLock().unlock();
      } else {
        hadLead = false;
        LOG.warnf(
            "A write has not ended within %s, so the next leader has to wait for the Lease to run"
                + " out",
            LAST_WRITES);
      }
    } catch (InterruptedException e) {
      hadLead = false;
      Thread.currentThread().interrupt();
    }
  }

  /** Not at the same time as {@link #begin}, which would undo it. */
  private synchronized void endLead() {
    hadLead = isLeading();
    state = State.ENDED;
  }

  /**
   * Lets another process lead at once. To be called after {@link #end}, when this process does not
   * renew the Lease any more.
   */
  public void giveUp() {
    if (hadLead) {
      try {
        leaseReader.giveUpLead(identity);
      } catch (KubernetesClientException e) {
        LOG.warnf(
            "The Lease could not be released, so the next leader has to wait for the Lease to run"
                + " out: %s",
            e.getMessage());
      }
    }
  }
}
