package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.classic.ParametersResolver;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.placing.NodeSuitability;
import com.intel.dra.gpu.metrics.ApiWrites;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.metrics.Reconciliations;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.mode.DraModeSetting;
import com.intel.dra.kit.served.ServedAddress;
import com.intel.dra.kit.served.ServedApi;
import com.intel.dra.kit.time.SteadyClock;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Unremovable;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Produces the beans that are made from the configuration, or that replace those of a library. */
@IfBuildProfile("controller")
final class ControllerBeans {

  private ControllerBeans() {}

  @Produces
  @Singleton
  static Meters meters(
      MeterRegistry registry,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    Meters meters = Meters.ofController(registry);
    meters.showBuild(version);
    return meters;
  }

  /** Replaces the client of Quarkus. */
  @Produces
  @Singleton
  static KubernetesClient kubernetesClient(
      Config config, KubernetesSerialization serialization, Meters meters, ServedAddress address) {
    // the client parses a kind that is not registered as a tree first
    serialization.registerKubernetesResource(GpuAllocationState.class);
    return new ApiWrites(
            meters,
            List.of(
                "Event", "GpuAllocationState", "Lease", "PodSchedulingContext", "ResourceClaim"))
        .client(config, serialization, address);
  }

  @Produces
  @Singleton
  static DraModeChoice draModeChoice(
      @ConfigProperty(name = "gpu.dra-mode", defaultValue = "auto") DraModeSetting setting,
      KubernetesClient client,
      ServedApi api) {
    return new DraModeChoice(setting, client, api);
  }

  static void close(@Disposes KubernetesClient client) {
    client.close();
  }

  /** Replaces the bean of the operator SDK. */
  @Produces
  @Singleton
  @Unremovable
  static Reconciliations reconciliations(Meters meters) {
    return new Reconciliations(meters, List.of("claim", "gas", "scheduling-context"));
  }

  @Produces
  @Singleton
  static NodeSuitability suitability(
      @ConfigProperty(name = "gpu.allocation-policy") Policy policy) {
    return new NodeSuitability(policy);
  }

  @Produces
  @Singleton
  @Unremovable
  static LeaderElectionConfiguration leaderElection(
      LeaderElection election, @ConfigProperty(name = "gpu.namespace") String namespace) {
    return election.configuration(namespace);
  }

  @Produces
  @Singleton
  static ParametersResolver parametersResolver(ClusterView view) {
    return new ParametersResolver(view);
  }

  @Produces
  @Singleton
  @Typed(Clock.class)
  static Clock clock() {
    return Clock.systemUTC();
  }

  @Produces
  @Singleton
  static InstantSource steadyClock() {
    return new SteadyClock();
  }
}
