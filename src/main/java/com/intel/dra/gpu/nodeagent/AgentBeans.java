package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.cdi.CdiSpecFile;
import com.intel.dra.gpu.kubelet.PluginSettings;
import com.intel.dra.gpu.sysfs.GpuDiscovery;
import com.intel.dra.gpu.sysfs.LocalMemoryQuery;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/** The parts from rooms that know nothing of this application, made from its settings. */
class AgentBeans {

  @Produces
  @Singleton
  PluginSettings pluginSettings(AgentConfig config) {
    return new PluginSettings(GpuApi.DRIVER_NAME, config.pluginDir(), config.registryDir());
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
  PreparedClaims preparedClaims(AgentConfig config) throws IOException {
    return PreparedClaims.open(stateDir(config), BootId.current());
  }

  @Produces
  @Singleton
  VfHostRecords vfHostRecords(AgentConfig config) throws IOException {
    return VfHostRecords.open(stateDir(config), BootId.current());
  }

  @Produces
  @Singleton
  VfThreads vfThreads() {
    return VfThreads.PLATFORM;
  }

  @Produces
  @Singleton
  InstantSource clock() {
    return InstantSource.system();
  }

  private static Path stateDir(AgentConfig config) {
    return config.stateDir().orElse(config.pluginDir());
  }
}
