package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.GpuApi;
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

  /** One of the container runtime's CDI folders. */
  @WithDefault("/var/run/cdi")
  Path cdiRoot();

  /** The driver's own folder, under the same path in the kubelet's eyes. */
  @WithDefault("/var/lib/kubelet/plugins/" + GpuApi.DRIVER_NAME)
  Path pluginDir();

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
   * How long a call of the kubelet waits for VFs that are being made: less than the 45 s after
   * which it gives up and calls again.
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
   * How long the kernel may take to tell how many VFs a GPU has; a GPU that takes longer is not
   * offered until it answers.
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

  /** A name for the GAS in messages. */
  default String gasName() {
    return "GpuAllocationState " + namespace() + "/" + nodeName();
  }
}
