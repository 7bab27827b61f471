package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.controller.leader.ElectionLease;
import com.intel.dra.gpu.controller.leader.LeaseReader;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Checks whether this process still takes part in the election. JOSDK's election ends with an
 * exception when it reads a Lease without times (fabric8 7.5), and reports this nowhere: the
 * process would be a standby that never leads. Therefore the watch completes such a Lease, and
 * reports that an election may have read it.
 */
@Singleton
@IfBuildProfile("controller")
class ElectionWatch {

  /**
   * How long a free Lease may stay free. An election tries to take it every few seconds, but the
   * client's pauses between failing requests grow to 51 s.
   */
  static final Duration NOT_TAKEN = Duration.ofSeconds(90);

  /** A process that slept for so long could not take the Lease either. */
  private static final Duration GAP = Duration.ofSeconds(20);

  private static final int MAX_TRIES = 3;

  private static final Logger LOG = Logger.getLogger(ElectionWatch.class);

  private final LeaseReader leaseReader;
  private final Clock wallClock;
  private final InstantSource clock;
  private Optional<String> madeWholeBefore = Optional.empty();
  private Optional<Instant> freeSince = Optional.empty();
  private Instant lastLook = Instant.EPOCH;

  /**
   * @param wallClock the clock that the election uses
   */
  ElectionWatch(LeaseReader leaseReader, Clock wallClock, InstantSource clock) {
    this.leaseReader = leaseReader;
    this.wallClock = wallClock;
    this.clock = clock;
  }

  /**
   * To be called before the election begins, when an incomplete Lease does no harm yet. Blocks for
   * some seconds at most, and never fails.
   */
  synchronized void prepare() {
    for (int tries = 1; tries <= MAX_TRIES; tries++) {
      try {
        madeWholeBefore = wholeLease().flatMap(ElectionLease::madeWhole);
        return;
      } catch (KubernetesClientException e) {
        // for example a conflict, if both controllers start
        if (tries == MAX_TRIES) {
          LOG.warnf(
              "The Lease of the controllers could not be read before the election: %s",
              e.getMessage());
        }
      }
    }
  }

  /**
   * To be called every few seconds while the election runs. Blocks for some seconds at most.
   *
   * @return why this process' election has probably ended, if it has
   */
  synchronized Optional<String> look() {
    try {
      Optional<Lease> lease = wholeLease();
      return brokenMeanwhile(lease).or(() -> notTaken(lease));
    } catch (KubernetesClientException e) {
      LOG.debugf("The Lease of the controllers could not be read: %s", e.getMessage());
      freeSince = Optional.empty();
      return Optional.empty();
    }
  }

  private Optional<Lease> wholeLease() {
    return leaseReader.ofControllers().map(this::whole);
  }

  private Lease whole(Lease lease) {
    if (ElectionLease.isWhole(lease)) {
      return lease;
    }
    LOG.warnf(
        "Lease %s lacks times that the election needs; this controller adds them",
        lease.getMetadata().getName());
    Lease whole = ElectionLease.whole(lease, now());
    leaseReader.update(whole);
    return whole;
  }

  private Optional<String> brokenMeanwhile(Optional<Lease> lease) {
    return lease
        .flatMap(ElectionLease::madeWhole)
        .filter(time -> !madeWholeBefore.equals(Optional.of(time)))
        .map(
            time ->
                "the Lease lacked times that the election needs; a controller added them at "
                    + time);
  }

  private Optional<String> notTaken(Optional<Lease> lease) {
    Instant now = clock.instant();
    boolean slept = Duration.between(lastLook, now).compareTo(GAP) > 0;
    lastLook = now;
    if (slept || lease.filter(present -> !ElectionLease.isFree(present, now())).isPresent()) {
      freeSince = Optional.empty();
      return Optional.empty();
    }
    freeSince = freeSince.or(() -> Optional.of(now));
    return freeSince
        .map(since -> Duration.between(since, now))
        .filter(free -> free.compareTo(NOT_TAKEN) >= 0)
        .map(
            free ->
                "no controller took the Lease, which has been free for " + free.toSeconds() + " s");
  }

  private ZonedDateTime now() {
    return ZonedDateTime.ofInstant(wallClock.instant(), ZoneOffset.UTC)
        .truncatedTo(ChronoUnit.MICROS);
  }
}
