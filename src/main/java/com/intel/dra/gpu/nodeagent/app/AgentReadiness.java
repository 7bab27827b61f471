package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.gas.GasPublication;
import com.intel.dra.gpu.nodeagent.life.ActingAgent;
import com.intel.dra.gpu.nodeagent.publish.SlicePublisher;
import com.intel.dra.kit.kubelet.api.RegistrationState;
import com.intel.dra.kit.kubelet.server.KubeletPlugin;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Reports that the agent is ready when three conditions hold: the kubelet can call it, the kubelet
 * has not refused the plugin, and the node's devices have been published once for the controller or
 * scheduler. An agent of structured DRA that stands by does not publish: the agent that it replaces
 * has done so, and ends when this one is ready.
 */
@Readiness
@Singleton
class AgentReadiness implements HealthCheck {

  private final KubeletPlugin plugin;
  private final ActingAgent acting;
  private final GasPublication publication;
  private final DraMode mode;
  private final SlicePublisher slices;

  @Inject
  AgentReadiness(
      KubeletPlugin plugin,
      ActingAgent acting,
      GasPublication publication,
      DraMode mode,
      SlicePublisher slices) {
    this.plugin = plugin;
    this.acting = acting;
    this.publication = publication;
    this.mode = mode;
    this.slices = slices;
  }

  @Override
  public HealthCheckResponse call() {
    boolean serving =
        plugin.isServing() && !(plugin.registrationState() instanceof RegistrationState.Refused);
    boolean published =
        switch (mode) {
          case CLASSIC -> publication.isPublished();
          case STRUCTURED ->
              !acting.isActing() || (publication.isPublished() && slices.isPublished());
        };
    return HealthCheckResponse.named("node-agent")
        .status(serving && published)
        .withData("socketsServed", serving)
        .withData("acting", acting.isActing())
        .withData("devicesPublished", published)
        .withData("kubeletRegistration", registration())
        .build();
  }

  private String registration() {
    return switch (plugin.registrationState()) {
      case RegistrationState.Awaited() -> "awaited";
      case RegistrationState.Registered() -> "registered";
      case RegistrationState.Refused(String error) -> "refused: " + error;
    };
  }
}
