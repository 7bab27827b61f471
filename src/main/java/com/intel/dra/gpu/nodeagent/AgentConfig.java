package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.kubelet.PluginGeneration;
import com.intel.dra.gpu.kubelet.PluginSettings;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeSetting;
import com.intel.dra.gpu.sysfs.LocalMemoryQuery;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The node agent's settings; each is also an environment variable, such as GPU_CDI_ROOT. */
@ConfigMapping(prefix = "gpu")
public interface AgentConfig {

  /** The node's name, also that of its GAS; from NODE_NAME. */
  String nodeName();

  /** The namespace of the GAS; from POD_NAMESPACE. */
  @WithDefault("default")
  String namespace();

  /** Where the host's sysfs is mounted. */
  @WithDefault("/sys")
  Path sysfsRoot();

  /** The host's device folder, as the container runtime sees it: CDI's host paths start with it. */
  @WithDefault("/dev")
  Path devRoot();

  /**
   * Whether the drivers are asked for the GPUs' local memory through the nodes in {@link #devRoot}.
   * To be off where those are not of the GPUs that sysfs shows, as with simulated ones.
   */
  @WithDefault("true")
  boolean drmMemory();

  /** One of the container runtime's CDI folders. */
  @WithDefault("/var/run/cdi")
  Path cdiRoot();

  /** Classic or structured DRA; by what the API server serves unless told. */
  @WithDefault("auto")
  DraModeSetting draMode();

  /** The agent's pod, as the holder of its Lease; from POD_NAME. */
  Optional<String> podName();

  /** The pod's UID, for the names of sockets, so that two agents can serve side by side. */
  Optional<String> podUid();

  /** Structured DRA: whether claims may share a GPU. */
  @WithDefault("memory")
  SharingSetting sharing();

  /** What a claim gets of a GPU's memory that does not ask, in MiB; 0 for all of it. */
  @WithDefault("0")
  int shareDefaultMib();

  /** The smallest share of a GPU's memory, in MiB. */
  @WithDefault("1")
  int shareMinimumMib();

  /** Shares are rounded up to the minimum and a multiple of this, in MiB. */
  @WithDefault("1")
  int shareStepMib();

  /** Structured DRA: into how many VFs at most a GPU is split on demand; 0 for none. */
  @WithDefault("4")
  int vfsOnDemand();

  /**
   * The driver's own folder, under the same path in the kubelet's eyes; else the folder of the
   * driver's name in {@link #pluginsDir}.
   */
  Optional<Path> pluginDir();

  /** The kubelet's folder for the folders of plugins. */
  @WithDefault("/var/lib/kubelet/plugins")
  Path pluginsDir();

  /** Where the kubelet looks for registration sockets. */
  @WithDefault("/var/lib/kubelet/plugins_registry")
  Path registryDir();

  /**
   * Where the agent's state (prepared claims, GPUs that were split) is kept, on a disk that
   * survives the pod; else the plugin's folder.
   */
  Optional<Path> stateDir();

  /** How often sysfs is looked at. */
  @WithDefault("5s")
  Duration rescanInterval();

  /**
   * How long a call of the kubelet waits in all, for the first discovery to work, for VFs that are
   * being made, and for what else ends by itself: less than the 45 s after which it gives up and
   * calls again.
   */
  @WithDefault("40s")
  Duration prepareWait();

  /**
   * How long no new VFs are planned on a GPU after making VFs there failed and the claims that held
   * them are gone; then it is tried again.
   */
  @WithDefault("5m")
  Duration vfFailurePause();

  /**
   * How long the kernel may take to tell how many VFs a GPU has, and its driver how much memory; a
   * GPU that takes longer is not offered until it answers.
   */
  @WithDefault("5s")
  Duration vfSurveyWait();

  /** What becomes of VFs that no claim uses and that this driver did not make. */
  @WithDefault("adopt")
  UnownedVfs unownedVfs();

  /**
   * How long a prepared claim may be without an allocation in the GAS before it is forgotten, if
   * the kubelet does not unprepare it: longer than containers of deleted pods take to end.
   */
  @WithDefault("10m")
  Duration abandonedClaimsAfter();

  /** The driver's own folder in that mode. */
  default Path pluginDir(DraMode mode) {
    return pluginDir().orElseGet(() -> pluginsDir().resolve(mode.driverName()));
  }

  /** Where the agent's state is kept in that mode. */
  default Path stateDir(DraMode mode) {
    return stateDir().orElseGet(() -> pluginDir(mode));
  }

  /** The plugin that the kubelet calls in that mode. */
  default PluginSettings plugin(DraMode mode) {
    return new PluginSettings(
        mode.driverName(),
        pluginDir(mode),
        registryDir(),
        switch (mode) {
          case CLASSIC -> new PluginGeneration.Classic();
          case STRUCTURED -> new PluginGeneration.Structured(podUid(), true);
        });
  }

  /** How the local memory of GPUs is asked for. */
  static LocalMemoryQuery memoryQuery(AgentConfig config) {
    return config.drmMemory()
        ? LocalMemoryQuery.byIoctl(config.sysfsRoot(), config.devRoot(), config.vfSurveyWait())
        : LocalMemoryQuery.SWITCHED_OFF;
  }

  /** The mode of the last run; empty when no agent was here, or none can tell. */
  static Optional<DraMode> lastMode(AgentConfig config) {
    return new LastMode(config::stateDir).read();
  }

  /** A name for the GAS in messages. */
  default String gasName() {
    return "GpuAllocationState " + namespace() + "/" + nodeName();
  }
}
