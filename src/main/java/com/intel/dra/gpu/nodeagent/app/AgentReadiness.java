package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.gas.GasPublication;
import com.intel.dra.gpu.nodeagent.life.ActingAgent;
import com.intel.dra.gpu.nodeagent.life.KubeletRelease;
import com.intel.dra.gpu.nodeagent.publish.SlicePublisher;
import com.intel.dra.kit.kubelet.api.RegistrationState;
import com.intel.dra.kit.kubelet.server.KubeletPlugin;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Reports that the agent is ready when four conditions hold: the kubelet can call it, the kubelet
 * has not refused the plugin, the API server can be used, and the node's devices have been
 * published once for the controller or scheduler. An agent of structured DRA that stands by does
 * not publish: the agent that it replaces has done so, and ends when this one is ready.
 */
@Readiness
@Singleton
class AgentReadiness implements HealthCheck {

  private final KubeletPlugin plugin;
  private final KubeletRelease kubelet;
  private final ActingAgent acting;
  private final GasPublication publication;
  private final DraMode mode;
  private final SlicePublisher slices;
  private final ClusterWatch cluster;

  @Inject
  AgentReadiness(
      KubeletPlugin plugin,
      KubeletRelease kubelet,
      ActingAgent acting,
      GasPublication publication,
      DraMode mode,
      SlicePublisher slices,
      ClusterWatch cluster) {
    this.plugin = plugin;
    this.kubelet = kubelet;
    this.acting = acting;
    this.publication = publication;
    this.mode = mode;
    this.slices = slices;
    this.cluster = cluster;
  }

  @Override
  public HealthCheckResponse call() {
    boolean serving =
        kubelet.mustNotServeYet()
            || (plugin.isServing()
                && !(plugin.registrationState() instanceof RegistrationState.Refused));
    boolean published =
        switch (mode) {
          case CLASSIC -> publication.isPublished();
          case STRUCTURED ->
              !acting.isActing() || (publication.isPublished() && slices.isPublished());
        };
    Optional<String> problem = cluster.problem();
    var response = HealthCheckResponse.named("node-agent");
    problem.ifPresent(reason -> response.withData("reason", reason));
    return response
        .status(serving && published && problem.isEmpty())
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
