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
 * Ready when the kubelet can call, has not refused the plugin, and whoever allocates has once been
 * told of the node's devices: by the agent that this one is to replace, which ends when this one is
 * ready.
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
