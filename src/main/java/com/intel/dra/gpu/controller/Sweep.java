package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.claim.ClaimStep;
import com.intel.dra.gpu.claim.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Has everything that is not settled looked at again from time to time, whatever event was lost:
 * nothing depends on it in the ordinary course of things.
 */
@Singleton
@IfBuildProfile("controller")
class Sweep {

  static final Duration PERIOD = Duration.ofSeconds(30);

  private final ClusterView view;
  private final Departures departures;
  private final Wakeups wakeups;

  Sweep(ClusterView view, Departures departures, Wakeups wakeups) {
    this.view = view;
    this.departures = departures;
    this.wakeups = wakeups;
  }

  void sweep() {
    view.nodes.list().forEach(wakeups::node);
    view.claims.list().filter(Sweep::isUnsettled).forEach(this::lookAgain);
    wakeups.waiting();
  }

  /** To be released, or held back without holding anything. */
  private static boolean isUnsettled(ResourceClaim claim) {
    return ClaimStep.of(claim) instanceof ClaimStep.Release
        || (Claims.hasFinalizer(claim) && Claims.allocation(claim).isEmpty());
  }

  private void lookAgain(ResourceClaim claim) {
    departures.seeOff(claim);
    wakeups.claim(claim);
  }
}
