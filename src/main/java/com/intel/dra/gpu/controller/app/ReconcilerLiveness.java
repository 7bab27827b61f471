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
 * Whether the reconcilers get anywhere. A leader whose look at an object does not end renews its
 * Lease all the same, so that no other controller takes over; the kubelet ends it instead.
 */
@Liveness
@Singleton
@IfBuildProfile("controller")
class ReconcilerLiveness implements HealthCheck {

  /** Each request to the API server ends within seconds, and one look makes a bounded number. */
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
          "a look at an object has run for %s, and no longer than %s is plausible"
              .formatted(longest, LONGEST_LOOK));
    }
    return response.build();
  }
}
