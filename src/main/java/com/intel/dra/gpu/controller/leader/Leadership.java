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
 * Whether this process leads, which is when it may write. The answer is only as good as the last
 * time that the API server confirmed it: a process that was paused, or cut off, has to ask before
 * it writes again.
 */
@Singleton
@IfBuildProfile("controller")
public class Leadership {

  private static final Logger LOG = Logger.getLogger(Leadership.class);

  /** How long a write may take that is under way when the leader ends. */
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

  /** Of this process, and of no other that ever was. */
  public String identity() {
    return identity;
  }

  public boolean isLeading() {
    return state == State.LEADING;
  }

  /**
   * Whether this process has given up the lead, or what would have led to it, of its own accord.
   */
  public boolean hasEnded() {
    return state == State.ENDED;
  }

  /** This process has just become the leader. */
  public synchronized void begin() {
    if (state == State.WAITING) {
      confirmedAt = clock.instant();
      state = State.LEADING;
    }
  }

  /** For how long nobody has confirmed that this process leads. */
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
   * Carries out a write, if this process may.
   *
   * @throws NotLeadingException if it may not
   */
  <T> T write(Supplier<T> write) {
    // Also before the lock: whoever comes while the end waits for others is to be told at once.
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

  /** From now on nothing is written. Waits some seconds for what is under way. */
  public void end() {
    hadLead = isLeading();
    state = State.ENDED;
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

  /**
   * Lets another one lead at once. To be called after the {@link #end}, when nobody renews any
   * more.
   */
  public void giveUp() {
    if (hadLead) {
      try {
        leaseReader.giveUpLead(identity);
      } catch (KubernetesClientException e) {
        LOG.warnf(
            "The lead could not be given up, so the next leader has to wait for the Lease to run"
                + " out: %s",
            e.getMessage());
      }
    }
  }
}
