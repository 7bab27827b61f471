package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.nodeagent.life.KubeletRelease;
import com.intel.dra.kit.kubelet.server.KubeletPlugin;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Calls both sockets as the kubelet would. An agent that stands by may not serve them yet; see
 * {@link KubeletRelease}.
 */
@Liveness
@Singleton
class SocketsLiveness implements HealthCheck {

  private final KubeletPlugin plugin;
  private final KubeletRelease kubelet;

  @Inject
  SocketsLiveness(KubeletPlugin plugin, KubeletRelease kubelet) {
    this.plugin = plugin;
    this.kubelet = kubelet;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> defect = kubelet.mustNotServeYet() ? Optional.empty() : plugin.probeBoth();
    var response = HealthCheckResponse.named("kubelet-sockets").status(defect.isEmpty());
    defect.ifPresent(reason -> response.withData("reason", reason));
    return response.build();
  }
}
