package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.nodeagent.life.AgentHealth;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Checks in both modes that scans of the GPUs still end. An agent whose scan hangs would go on
 * offering the devices that it saw last; the kubelet therefore restarts it, and the new agent scans
 * again.
 */
@Liveness
@Singleton
class ScanLiveness implements HealthCheck {

  private final AgentHealth proof;

  @Inject
  ScanLiveness(AgentHealth proof) {
    this.proof = proof;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> defect = proof.defectOfScan();
    var response = HealthCheckResponse.named("gpu-scan").status(defect.isEmpty());
    defect.ifPresent(reason -> response.withData("reason", reason));
    return response.build();
  }
}
