package com.intel.dra.gpu.nodeagent.config;

import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.mode.DraModeSetting;
import com.intel.dra.gpu.nodeagent.state.LastDraMode;
import com.intel.dra.gpu.policy.GpuPolicy;
import com.intel.dra.gpu.policy.GpuSharing;
import com.intel.dra.gpu.sysfs.discovery.GpuDiscovery;
import com.intel.dra.gpu.sysfs.dmem.DmemFile;
import com.intel.dra.gpu.sysfs.drm.LocalMemoryQuery;
import com.intel.dra.gpu.sysfs.files.SysfsLayout;
import com.intel.dra.gpu.sysfs.files.SysfsReader;
import com.intel.dra.kit.kubelet.api.PluginGeneration;
import com.intel.dra.kit.kubelet.api.PluginSettings;
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

  /** Where the host's root control group is mounted; if absent, where sysfs has it. */
  Optional<Path> cgroupRoot();

  /** The host's device folder as the container runtime sees it: CDI's host paths start with it. */
  @WithDefault("/dev")
  Path devRoot();

  /**
   * Whether the agent asks the drivers for the GPUs' local memory through the nodes in {@link
   * #devRoot}. Must be off if those nodes do not belong to the GPUs that sysfs shows, as with
   * simulated ones.
   */
  @WithDefault("true")
  boolean drmMemory();

  /** One of the container runtime's CDI folders. */
  @WithDefault("/var/run/cdi")
  Path cdiRoot();

  /**
   * Classic or structured DRA; by default, the agent chooses it from what the API server serves.
   */
  @WithDefault("auto")
  DraModeSetting draMode();

  /** The agent's pod, which holds its Lease; from POD_NAME. */
  Optional<String> podName();

  /** The pod's UID, for the names of sockets, so that two agents can serve side by side. */
  Optional<String> podUid();

  /** Structured DRA: whether claims may share a GPU. */
  @WithDefault("exclusive")
  SharingSetting sharing();

  /** How much of a GPU's memory a claim gets if it requests none, in MiB; 0 for all of it. */
  @WithDefault("0")
  int shareDefaultMib();

  /** The smallest share of a GPU's memory, in MiB. */
  @WithDefault("1")
  int shareMinimumMib();

  /** Shares are rounded up to the minimum and to a multiple of this, in MiB. */
  @WithDefault("1")
  int shareStepMib();

  /** Structured DRA: into how many VFs a GPU is split on demand at most; 0 for none. */
  @WithDefault("0")
  int vfsOnDemand();

  /** Structured DRA: whether each GPU has a second device, for administrative access. */
  @WithDefault("false")
  boolean monitors();

  /**
   * The administrator's rules, which say for which GPUs something else holds. Mounted from a
   * ConfigMap, if there is one.
   */
  @WithDefault("/etc/intel-gpu-policy/policy.yaml")
  Path policyFile();

  /** Structured DRA: whether claims say in their status what they got. */
  @WithDefault("false")
  boolean claimStatus();

  /** Structured DRA: whether a metric says how much GPU memory each container uses. */
  @WithDefault("false")
  boolean memoryInUse();

  /** Structured DRA: whether containers get files that say which devices their claim got. */
  @WithDefault("true")
  boolean deviceMetadata();

  /** Structured DRA: whether the claims that the Go driver prepared are taken over. */
  @WithDefault("false")
  boolean takeOver();

  /**
   * The driver's own folder, whose path must be the same for the kubelet; if absent, the folder
   * with the driver's name in {@link #pluginsDir}.
   */
  Optional<Path> pluginDir();

  /** The kubelet's folder that contains the folders of plugins. */
  @WithDefault("/var/lib/kubelet/plugins")
  Path pluginsDir();

  /** Where the kubelet looks for registration sockets. */
  @WithDefault("/var/lib/kubelet/plugins_registry")
  Path registryDir();

  /**
   * The folder of the agent's state (prepared claims, GPUs that were split), on a disk that
   * survives the pod; if absent, the plugin's folder.
   */
  Optional<Path> stateDir();

  /** How often the agent scans sysfs. */
  @WithDefault("5s")
  Duration rescanInterval();

  /**
   * How long a call of the kubelet waits in total: for the first successful discovery, for VFs that
   * are being made, and for whatever else ends by itself. Must be less than the 45 s after which
   * the kubelet gives up and calls again.
   */
  @WithDefault("40s")
  Duration prepareWait();

  /**
   * How long no new VFs are planned on a GPU after making VFs there failed and the claims that held
   * them are gone. After that the agent tries again.
   */
  @WithDefault("5m")
  Duration vfFailurePause();

  /**
   * How long the kernel may take to say how many VFs a GPU has, and its driver to say how much
   * memory. A GPU that takes longer is not offered until it answers.
   */
  @WithDefault("5s")
  Duration vfSurveyWait();

  /** What the agent does with VFs that no claim uses and that this driver did not make. */
  @WithDefault("adopt")
  UnownedVfsSetting unownedVfs();

  /**
   * How long a prepared claim may be without an allocation in the GAS before the agent forgets it,
   * if the kubelet does not unprepare it. Must be longer than containers of deleted pods take to
   * end.
   */
  @WithDefault("10m")
  Duration abandonedClaimsAfter();

  /** Returns the driver's own folder in that mode. */
  default Path pluginDir(DraMode mode) {
    return pluginDir().orElseGet(() -> pluginsDir().resolve(mode.driverName()));
  }

  /** Returns the folder of the agent's state in that mode. */
  default Path stateDir(DraMode mode) {
    return stateDir().orElseGet(() -> pluginDir(mode));
  }

  /** Returns the settings of the plugin that the kubelet calls in that mode. */
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

  /** Returns what holds for each GPU for which no rule says otherwise. */
  static GpuPolicy policy(AgentConfig config) {
    return new GpuPolicy(
        switch (config.sharing()) {
          case EXCLUSIVE -> new GpuSharing.Exclusive();
          case MEMORY -> sharingByMemory(config);
        },
        config.vfsOnDemand());
  }

  /** Returns how a GPU is shared that is to be shared by memory. */
  static GpuSharing.ByMemory sharingByMemory(AgentConfig config) {
    return new GpuSharing.ByMemory(
        config.shareDefaultMib(), config.shareMinimumMib(), config.shareStepMib());
  }

  private static LocalMemoryQuery memoryQuery(AgentConfig config) {
    return config.drmMemory()
        ? LocalMemoryQuery.byIoctl(config.sysfsRoot(), config.devRoot(), config.vfSurveyWait())
        : LocalMemoryQuery.SWITCHED_OFF;
  }

  /** Returns how the agent, and its self-check, find the GPUs. */
  static GpuDiscovery discovery(AgentConfig config) {
    return discovery(config, new SysfsReader());
  }

  /** Does the same with another reader of files. */
  static GpuDiscovery discovery(AgentConfig config, SysfsReader reader) {
    return new GpuDiscovery(config.sysfsRoot(), reader, memoryQuery(config), dmemFile(config));
  }

  /** Returns where the control groups state the devices' memory. */
  static DmemFile dmemFile(AgentConfig config) {
    return new DmemFile(
        config.cgroupRoot().orElseGet(() -> config.sysfsRoot().resolve(SysfsLayout.FS_CGROUP)));
  }

  /** Returns the mode of the last run; empty if no agent ran here, or if its mode is unknown. */
  static Optional<DraMode> lastMode(AgentConfig config) {
    return new LastDraMode(config::stateDir).read();
  }

  /** Returns a name of the GAS for messages. */
  default String gasName() {
    return "GpuAllocationState " + namespace() + "/" + nodeName();
  }
}
