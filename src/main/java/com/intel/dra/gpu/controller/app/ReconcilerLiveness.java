package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.metrics.Reconciliations;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Checks that the reconcilers make progress. A leader whose reconciliation does not end still
 * renews its Lease, so no other controller takes over. Therefore the kubelet restarts it.
 */
@Liveness
@Singleton
@IfBuildProfile("controller")
class ReconcilerLiveness implements HealthCheck {

  /** Each request to the API server ends within seconds, and their number is limited. */
  static final Duration LONGEST_LOOK = Duration.ofMinutes(5);

  private final Reconciliations reconciliations;

  @Inject
  ReconcilerLiveness(Reconciliations reconciliations) {
    this.reconciliations = reconciliations;
  }

  @Override
  public HealthCheckResponse call() {
    Duration longest = reconciliations.longestRunning();
    boolean isWell = longest.compareTo(LONGEST_LOOK) <= 0;
    var response = HealthCheckResponse.named("reconcilers").status(isWell);
    if (!isWell) {
      response.withData(
          "reason",
          "the reconciliation of an object has run for %s; the limit is %s"
              .formatted(longest, LONGEST_LOOK));
    }
    return response.build();
  }
}
