package com.intel.dra.gpu.controller.release;

import com.intel.dra.gpu.classic.ClaimStep;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Triggers everything that is not settled from time to time, in case an event was lost. In normal
 * operation nothing depends on it.
 */
@Singleton
@IfBuildProfile("controller")
public class PeriodicResync {

  public static final Duration PERIOD = Duration.ofSeconds(30);

  private final ClusterView view;
  private final DeletedClaims deletedClaims;
  private final ReconcilerTriggers triggers;

  public PeriodicResync(
      ClusterView view, DeletedClaims deletedClaims, ReconcilerTriggers triggers) {
    this.view = view;
    this.deletedClaims = deletedClaims;
    this.triggers = triggers;
  }

  public void sweep() {
    view.nodes.list().forEach(triggers::node);
    view.claims.list().filter(PeriodicResync::isUnsettled).forEach(this::lookAgain);
    triggers.waiting();
  }

  /** Returns whether the claim is to be released, or has our finalizer without an allocation. */
  private static boolean isUnsettled(ResourceClaim claim) {
    return ClaimStep.of(claim) instanceof ClaimStep.Release
        || (Claims.hasFinalizer(claim) && Claims.allocation(claim).isEmpty());
  }

  private void lookAgain(ResourceClaim claim) {
    deletedClaims.seeOff(claim);
    triggers.claim(claim);
  }
}
