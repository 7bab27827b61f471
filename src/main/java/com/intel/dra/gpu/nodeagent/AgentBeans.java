package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.cdi.CdiSpecFile;
import com.intel.dra.gpu.kubelet.PluginSettings;
import com.intel.dra.gpu.metrics.ApiWrites;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.metrics.Reconciliations;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.mode.StopsWaiting;
import com.intel.dra.gpu.sysfs.GpuDiscovery;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import com.intel.dra.gpu.time.SteadyClock;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Unremovable;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The parts from rooms that know nothing of this application, made from its settings. */
class AgentBeans {

  @Produces
  @Singleton
  Meters meters(
      MeterRegistry registry,
      AgentConfig config,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    Meters meters = Meters.ofAgent(registry, config.nodeName());
    meters.showBuild(version);
    return meters;
  }

  /** In place of Quarkus' own. */
  @Produces
  @Singleton
  KubernetesClient kubernetesClient(
      Config config, KubernetesSerialization serialization, Meters meters) {
    return new ApiWrites(meters, List.of("Event", "GpuAllocationState", "Lease", "ResourceSlice"))
        .client(config, serialization);
  }

  void close(@Disposes KubernetesClient client) {
    client.close();
  }

  /** In place of the operator SDK's own. */
  @Produces
  @Singleton
  @Unremovable
  Metrics reconciliations(Meters meters) {
    return new Reconciliations(meters, List.of(GpuAllocationStateReconciler.NAME));
  }

  /** Waits for the API server to say what it serves, unless the settings or an earlier run do. */
  @Produces
  @Singleton
  DraMode draMode(AgentConfig config, KubernetesClient client) throws InterruptedException {
    var last = new LastMode(config::stateDir);
    try (var _ = StopsWaiting.ofThisThread()) {
      DraMode mode = DraModeChoice.make(config.draMode(), client, last::read);
      last.remember(mode);
      return mode;
    }
  }

  @Produces
  @Singleton
  PluginSettings pluginSettings(AgentConfig config, DraMode mode) {
    return config.plugin(mode);
  }

  @Produces
  @Singleton
  CdiSpecFile cdiSpecFile(AgentConfig config) {
    return new CdiSpecFile(config.cdiRoot(), GpuCdiDevices.KIND);
  }

  @Produces
  @Singleton
  GpuDiscovery gpuDiscovery(AgentConfig config) {
    return new GpuDiscovery(config.sysfsRoot(), AgentConfig.memoryQuery(config));
  }

  @Produces
  @Singleton
  VirtualFunctions virtualFunctions(AgentConfig config) {
    return new VirtualFunctions(config.sysfsRoot());
  }

  @Produces
  @Singleton
  PreparedClaims preparedClaims(AgentConfig config, DraMode mode) throws IOException {
    return PreparedClaims.open(config.stateDir(mode), BootId.current());
  }

  @Produces
  @Singleton
  VfHostRecords vfHostRecords(AgentConfig config, DraMode mode) throws IOException {
    return VfHostRecords.open(config.stateDir(mode), BootId.current());
  }

  @Produces
  @Singleton
  ActingAgent actingAgent(AgentConfig config, DraMode mode) {
    return new ActingAgent(config.stateDir(mode));
  }

  @Produces
  @Singleton
  VfThreads vfThreads() {
    return VfThreads.PLATFORM;
  }

  @Produces
  @Singleton
  InstantSource steadyClock() {
    return new SteadyClock();
  }

  /** What the kubelet compares with its own. */
  @Produces
  @Singleton
  @Typed(Clock.class)
  Clock clock() {
    return Clock.systemUTC();
  }
}
