package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.cdi.CdiSpecFile;
import com.intel.dra.gpu.kubelet.PluginSettings;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeChoice;
import com.intel.dra.gpu.sysfs.GpuDiscovery;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import com.intel.dra.gpu.time.SteadyClock;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.InstantSource;

/** The parts from rooms that know nothing of this application, made from its settings. */
class AgentBeans {

  /** Waits for the API server to say what it serves, unless the settings or an earlier run do. */
  @Produces
  @Singleton
  DraMode draMode(AgentConfig config, KubernetesClient client) throws InterruptedException {
    var last = new LastMode(config::stateDir);
    DraMode mode = DraModeChoice.make(config.draMode(), client, last::read);
    last.remember(mode);
    return mode;
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
