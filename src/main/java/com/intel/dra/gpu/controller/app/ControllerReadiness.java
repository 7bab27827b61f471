package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.mode.DraMode;
import io.quarkiverse.operatorsdk.runtime.OperatorHealthCheck;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready if the operator is healthy or is not needed, and if the API server can be used. Replaces
 * the check of the operator SDK.
 */
@Readiness
@Singleton
@IfBuildProfile("controller")
class ControllerReadiness extends OperatorHealthCheck {

  private final ControllerStart start;

  ControllerReadiness(ControllerStart start) {
    this.start = start;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> problem = start.problem();
    if (problem.isPresent()) {
      return HealthCheckResponse.named("controller")
          .down()
          .withData("reason", problem.get())
          .build();
    }
    return start.mode().filter(DraMode.STRUCTURED::equals).isPresent()
        ? structured(start.explains(), start.unreadable())
        : super.call();
  }

  /**
   * Nothing is better served by another process, so it is ready without rights, too.
   *
   * @param unreadable the kinds that it has no right to read
   */
  static HealthCheckResponse structured(boolean explains, List<String> unreadable) {
    HealthCheckResponseBuilder ready =
        HealthCheckResponse.named("controller")
            .up()
            .withData(
                "mode",
                explains
                    ? "structured: the controller says why pods wait"
                    : "structured: the controller is not needed");
    return (unreadable.isEmpty()
            ? ready
            : ready.withData("no right to list and watch", String.join(", ", unreadable)))
        .build();
  }
}
