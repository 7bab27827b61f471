package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.ResourceCache;
import com.intel.dra.gpu.controller.cluster.WatchComparison;
import com.intel.dra.gpu.controller.cluster.WatchComparison.AtApiServer;
import com.intel.dra.kit.time.TaskTimer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.jboss.logging.Logger;

/**
 * Checks that the watches show what the API server has, in the leader and in the standby. If an
 * event was lost for good, the kubelet restarts the controller, and the new one lists everything.
 */
@Liveness
@Singleton
@IfBuildProfile("controller")
class WatchLiveness implements HealthCheck {

  /** The time between two comparisons of a kind, longer than the delay of any watch. */
  static final Duration PERIOD = Duration.ofMinutes(10);

  private static final Logger LOG = Logger.getLogger(WatchLiveness.class);

  private final List<WatchComparison<?>> kinds;
  private final TaskTimer timer;
  private int next;

  /** An object that the watch shows otherwise than it is, by kind. */
  private final Map<String, ResourceID> behind = new ConcurrentSkipListMap<>();

  @Inject
  WatchLiveness(
      ClusterView view,
      KubernetesClient client,
      TaskTimer timer,
      @ConfigProperty(name = "gpu.namespace") String namespace) {
    this(
        List.of(
            everywhere(ResourceClaim.class, view.claims, client),
            everywhere(ResourceClass.class, view.classes, client),
            everywhere(GpuClaimParameters.class, view.claimParameters, client),
            everywhere(DeviceClassParameters.class, view.classParameters, client),
            everywhere(PodSchedulingContext.class, view.schedulingContexts, client),
            new WatchComparison<>(
                "Pod",
                view.pendingPods,
                AtApiServer.inPages(client.pods().inAnyNamespace().withField("spec.nodeName", ""))),
            new WatchComparison<>(
                "GpuAllocationState",
                view.nodes,
                AtApiServer.inPages(
                    client.resources(GpuAllocationState.class).inNamespace(namespace))),
            new WatchComparison<>(
                "Lease",
                view.agentLeases,
                AtApiServer.inPages(
                    client
                        .resources(Lease.class)
                        .inNamespace(namespace)
                        .withLabel(AgentLease.LABEL, AgentLease.LABEL_VALUE)))),
        timer);
  }

  WatchLiveness(List<WatchComparison<?>> kinds, TaskTimer timer) {
    this.kinds = List.copyOf(kinds);
    this.timer = timer;
  }

  private static <T extends HasMetadata> WatchComparison<T> everywhere(
      Class<T> kind, ResourceCache<T> cache, KubernetesClient client) {
    return new WatchComparison<>(
        HasMetadata.getKind(kind),
        cache,
        AtApiServer.inPages(client.resources(kind).inAnyNamespace()));
  }

  /** Call this once, when the watches have begun. Does not block. */
  void begin() {
    timer.after(
        PERIOD.dividedBy(kinds.size()),
        () -> {
          try {
            lookAtNext();
          } catch (RuntimeException e) {
            LOG.warn("The watched objects could not be compared with those at the API server", e);
          } finally {
            begin();
          }
        });
  }

  /** Compares the next kind. Blocks. */
  synchronized void lookAtNext() {
    WatchComparison<?> kind = kinds.get(next);
    next = (next + 1) % kinds.size();
    try {
      kind.look()
          .ifPresentOrElse(
              object -> {
                if (behind.put(kind.kind(), object) == null) {
                  LOG.errorf(
                      "The watch of %s does not show %s as it was %d minutes ago",
                      kind.kind(), object, PERIOD.toMinutes());
                }
              },
              () -> behind.remove(kind.kind()));
    } catch (KubernetesClientException e) {
      behind.remove(kind.kind());
      LOG.debugf(
          "The watched objects of kind %s could not be compared with those at the API server: %s",
          kind.kind(), e.getMessage());
    }
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> kind = behind.keySet().stream().findFirst();
    var response = HealthCheckResponse.named("watches").status(kind.isEmpty());
    kind.ifPresent(
        name ->
            response.withData(
                "reason", "the watch of " + name + " has been missing a change for minutes"));
    return response.build();
  }
}
