package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.kit.kubelet.server.KubeletPlugin;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Calls both sockets as the kubelet would. */
@Liveness
@Singleton
class SocketsLiveness implements HealthCheck {

  private final KubeletPlugin plugin;

  @Inject
  SocketsLiveness(KubeletPlugin plugin) {
    this.plugin = plugin;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> defect = plugin.probeBoth();
    var response = HealthCheckResponse.named("kubelet-sockets").status(defect.isEmpty());
    defect.ifPresent(reason -> response.withData("reason", reason));
    return response.build();
  }
}
