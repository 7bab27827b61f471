package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.cdi.CdiSpecFile;
import com.intel.dra.gpu.kubelet.PluginGeneration;
import com.intel.dra.gpu.kubelet.PluginSettings;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.sysfs.GpuDiscovery;
import com.intel.dra.gpu.sysfs.LocalMemoryQuery;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import com.intel.dra.gpu.time.SteadyClock;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/** The parts from rooms that know nothing of this application, made from its settings. */
class AgentBeans {

  /** Waits for the API server to say what it serves, unless the settings or an earlier run do. */
  @Produces
  @Singleton
  DraMode draMode(AgentConfig config, KubernetesClient client) throws InterruptedException {
    return DraModeChoice.make(config.draMode(), client, () -> lastUsed(config));
  }

  @Produces
  @Singleton
  PluginSettings pluginSettings(AgentConfig config, DraMode mode) {
    return new PluginSettings(
        mode.driverName(),
        config.pluginDir(mode),
        config.registryDir(),
        switch (mode) {
          case CLASSIC -> new PluginGeneration.Classic();
          case STRUCTURED -> new PluginGeneration.Structured(config.podUid(), true);
        });
  }

  @Produces
  @Singleton
  CdiSpecFile cdiSpecFile(AgentConfig config) {
    return new CdiSpecFile(config.cdiRoot(), GpuCdiDevices.KIND);
  }

  @Produces
  @Singleton
  GpuDiscovery gpuDiscovery(AgentConfig config) {
    return new GpuDiscovery(
        config.sysfsRoot(),
        config.drmMemory()
            ? LocalMemoryQuery.byIoctl(config.sysfsRoot(), config.devRoot())
            : LocalMemoryQuery.SWITCHED_OFF);
  }

  @Produces
  @Singleton
  VirtualFunctions virtualFunctions(AgentConfig config) {
    return new VirtualFunctions(config.sysfsRoot());
  }

  @Produces
  @Singleton
  PreparedClaims preparedClaims(AgentConfig config, DraMode mode) throws IOException {
    return PreparedClaims.open(stateDir(config, mode), BootId.current());
  }

  @Produces
  @Singleton
  VfHostRecords vfHostRecords(AgentConfig config, DraMode mode) throws IOException {
    return VfHostRecords.open(stateDir(config, mode), BootId.current());
  }

  @Produces
  @Singleton
  ActingAgent actingAgent(AgentConfig config, DraMode mode) {
    return new ActingAgent(stateDir(config, mode));
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

  /** The mode whose record of prepared claims is the youngest. */
  static Optional<DraMode> lastUsed(AgentConfig config) {
    return Arrays.stream(DraMode.values())
        .filter(mode -> record(config, mode).exists())
        .max(Comparator.comparingLong(mode -> record(config, mode).lastModified()));
  }

  private static File record(AgentConfig config, DraMode mode) {
    return config.pluginDir(mode).resolve(PreparedClaims.FILE_NAME).toFile();
  }

  private static Path stateDir(AgentConfig config, DraMode mode) {
    return config.stateDir().orElseGet(() -> config.pluginDir(mode));
  }
}
