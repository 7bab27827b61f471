package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.kubelet.KubeletPlugin;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Asks over the registration socket what the kubelet would ask. */
@Liveness
@Singleton
class RegistrationLiveness implements HealthCheck {

  private final KubeletPlugin plugin;

  @Inject
  RegistrationLiveness(KubeletPlugin plugin) {
    this.plugin = plugin;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> defect = plugin.probe();
    var response =
        HealthCheckResponse.named("kubelet-registration-socket").status(defect.isEmpty());
    defect.ifPresent(reason -> response.withData("reason", reason));
    return response.build();
  }
}
