package com.intel.dra.gpu.controller.release;

import com.intel.dra.gpu.classic.ClaimStep;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ChangeListener;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import com.intel.dra.gpu.controller.leader.Leadership;
import com.intel.dra.gpu.controller.placing.ClaimsInFlight;
import com.intel.dra.kit.time.Backoff;
import com.intel.dra.kit.time.TaskTimer;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Releases claims that are being deleted, because JOSDK passes those to no reconciler. It releases
 * their devices as soon as no pod uses them, and retries until that is done.
 */
@Singleton
@IfBuildProfile("controller")
public class DeletedClaims {

  private static final Logger LOG = Logger.getLogger(DeletedClaims.class);

  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30));

  private final ClusterView view;
  private final ClaimRelease release;
  private final ClaimsInFlight claimsInFlight;
  private final ReconcilerTriggers triggers;
  private final TaskTimer timer;
  private final Leadership leadership;
  private final Set<ResourceID> scheduled = ConcurrentHashMap.newKeySet();

  public DeletedClaims(
      ClusterView view,
      ClaimRelease release,
      ClaimsInFlight claimsInFlight,
      ReconcilerTriggers triggers,
      TaskTimer timer,
      Leadership leadership) {
    this.view = view;
    this.release = release;
    this.claimsInFlight = claimsInFlight;
    this.triggers = triggers;
    this.timer = timer;
    this.leadership = leadership;
  }

  public ChangeListener<ResourceClaim> listener() {
    return new ChangeListener<>(
        ResourceClaim.class, (_, claim) -> seeOff(claim), this::clearUpAfter);
  }

  /**
   * Starts to release the claim if that is its next step. Does not block. A standby leaves this to
   * the leader, and checks all claims when it becomes the leader.
   */
  void seeOff(ResourceClaim claim) {
    if (leadership.isLeading()
        && Claims.isBeingDeleted(claim)
        && ClaimStep.of(claim) instanceof ClaimStep.Release) {
      schedule(ResourceID.fromResource(claim), Duration.ZERO, 1);
    }
  }

  private void schedule(ResourceID id, Duration delay, int attempt) {
    if (scheduled.add(id)) {
      timer.after(delay, () -> attempt(id, attempt));
    }
  }

  private void attempt(ResourceID id, int attempt) {
    scheduled.remove(
        id); // removed before the claim is read, so that later changes schedule a new attempt
    Optional<ResourceClaim> leaving =
        view.claims
            .get(id)
            .filter(Claims::isBeingDeleted)
            .filter(claim -> ClaimStep.of(claim) instanceof ClaimStep.Release);
    boolean isKnown = view.isComplete(); // otherwise the claims being deleted are not all known
    if (!isKnown || (leaving.isPresent() && !isReleased(leaving.get()))) {
      schedule(id, BACKOFF.pauseAfter(attempt), attempt + 1);
    }
  }

  private boolean isReleased(ResourceClaim claim) {
    try {
      return release.release(claim);
    } catch (RuntimeException e) {
      LOG.warnf(
          "ResourceClaim %s/%s could not be released, trying again: %s",
          claim.getMetadata().getNamespace(), claim.getMetadata().getName(), e.getMessage());
      return false;
    }
  }

  /** Cleans up after a claim whose finalizer was removed by hand. */
  private void clearUpAfter(ResourceClaim gone) {
    claimsInFlight.gone(Claims.uid(gone));
    view.nodesThatRecord(Claims.uid(gone)).forEach(triggers::node);
    triggers.waiting();
  }
}
