package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.metrics.ApiWrites;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.metrics.Reconciliations;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.mode.InterruptOnShutdown;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.gpu.nodeagent.claimstatus.ClaimStatusWriter;
import com.intel.dra.gpu.nodeagent.claimstatus.ClaimStatuses;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.life.ActingAgent;
import com.intel.dra.gpu.nodeagent.publish.GpuAllocationStateReconciler;
import com.intel.dra.gpu.nodeagent.state.BootId;
import com.intel.dra.gpu.nodeagent.state.LastDraMode;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.state.PublishedVfs;
import com.intel.dra.gpu.nodeagent.state.VfHostRecords;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import com.intel.dra.gpu.nodeagent.vfs.VfThreads;
import com.intel.dra.gpu.sysfs.discovery.GpuDiscovery;
import com.intel.dra.gpu.sysfs.sriov.VirtualFunctions;
import com.intel.dra.kit.cdi.CdiSpecFile;
import com.intel.dra.kit.kubelet.api.PluginSettings;
import com.intel.dra.kit.metadata.MetadataFiles;
import com.intel.dra.kit.served.ServedAddress;
import com.intel.dra.kit.served.ServedApi;
import com.intel.dra.kit.time.SteadyClock;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Makes, from the settings, the beans whose classes know nothing of this application. */
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

  /** Replaces Quarkus' own client. */
  @Produces
  @Singleton
  KubernetesClient kubernetesClient(
      Config config, KubernetesSerialization serialization, Meters meters, ServedAddress address) {
    return new ApiWrites(meters, List.of("Event", "GpuAllocationState", "Lease", "ResourceSlice"))
        .client(config, serialization, address);
  }

  void close(@Disposes KubernetesClient client) {
    client.close();
  }

  /** Replaces the operator SDK's own metrics. */
  @Produces
  @Singleton
  @Unremovable
  Metrics reconciliations(Meters meters) {
    return new Reconciliations(meters, List.of(GpuAllocationStateReconciler.NAME));
  }

  @Produces
  @Singleton
  DraModeChoice draModeChoice(AgentConfig config, KubernetesClient client, ServedApi api) {
    return new DraModeChoice(config.draMode(), client, api);
  }

  /**
   * Waits until the API server says which APIs it serves, unless the settings or an earlier run
   * determine the mode.
   */
  @Produces
  @Singleton
  DraMode draMode(
      AgentConfig config,
      DraModeChoice choice,
      NodeEvents events,
      @ConfigProperty(name = "quarkus.management.port", defaultValue = "9000") int probesPort)
      throws InterruptedException {
    var last = new LastDraMode(config::stateDir);
    try (var _ = InterruptOnShutdown.ofThisThread();
        var waiting = new WaitingAgent(probesPort, events)) {
      DraMode mode = choice.make(last::read, waiting);
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
  MetadataFiles metadataFiles(AgentConfig config, DraMode mode) {
    return new MetadataFiles(mode.driverName(), config.pluginDir(mode), config.cdiRoot());
  }

  @Produces
  @Singleton
  GpuDiscovery gpuDiscovery(AgentConfig config) {
    return AgentConfig.discovery(config);
  }

  @Produces
  @Singleton
  VirtualFunctions virtualFunctions(AgentConfig config) {
    return new VirtualFunctions(config.sysfsRoot());
  }

  @Produces
  @Singleton
  PreparedClaims preparedClaims(AgentConfig config, DraMode mode) throws IOException {
    return PreparedClaims.open(stateFolder(config, mode), BootId.current());
  }

  @Produces
  @Singleton
  VfHostRecords vfHostRecords(AgentConfig config, DraMode mode) throws IOException {
    return VfHostRecords.open(stateFolder(config, mode), BootId.current());
  }

  @Produces
  @Singleton
  PublishedVfs publishedVfs(AgentConfig config, DraMode mode) throws IOException {
    return switch (mode) {
      case CLASSIC -> PublishedVfs.none();
      case STRUCTURED -> PublishedVfs.open(stateFolder(config, mode));
    };
  }

  /** Makes the folder, which is mounted from the host, if it is missing. */
  private static Path stateFolder(AgentConfig config, DraMode mode) throws IOException {
    Path folder = config.stateDir(mode);
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IOException(
          "The folder %s cannot be made (%s). This agent uses %s DRA. If the API server was upgraded, the manifests may be those of the other mode, which mount another folder: install those for this version of Kubernetes"
              .formatted(folder, e.getMessage(), mode.label()),
          e);
    }
  }

  @Produces
  @Singleton
  ActingAgent actingAgent(AgentConfig config, DraMode mode) {
    return new ActingAgent(config.stateDir(mode));
  }

  @Produces
  @Singleton
  ClaimStatuses claimStatuses(
      ClaimStatusWriter writer, AgentConfig config, InstantSource steadyClock) {
    return new ClaimStatuses(writer, config.claimStatus(), steadyClock);
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

  /** The time of day, which the kubelet compares with its own clock. */
  @Produces
  @Singleton
  @Typed(Clock.class)
  Clock clock() {
    return Clock.systemUTC();
  }
}
