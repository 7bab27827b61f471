package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.metrics.Exposition;
import com.intel.dra.gpu.sysfs.dmem.FakePodGroups;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** GPUs of xe whose memory only the control groups state, and agents without privileges. */
@Tag("structured")
class StructuredXeMemoryIT {

  private static final String CGROUPS = "/var/lib/kubelet/plugins/gpu.intel.com/cgroup";
  private static final String FIGURE = "gpu_dra_memory_in_use_bytes";
  private static final long MIB = 1L << 20;

  private boolean isCounting;

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.XE_MEMORY_IN_THE_CONTROL_GROUPS);

  @Test
  void theMemoryIsKnownAndClaimsAreAllocatedByIt() {
    for (String node : RealCluster.NODES) {
      assertThat(cluster.gas(node).getSpec().allocatable().values())
          .hasSize(2)
          .extracting(AllocatableDevice::memory)
          .containsOnly(RealCluster.FLEX_170_MIB);
    }
    cluster.structuredTemplate("all", withMemory(RealCluster.FLEX_170_MIB));
    cluster.structuredTemplate("more", withMemory(RealCluster.FLEX_170_MIB + 1));

    cluster.structuredPod("all", ON_NODE1, Map.of("gpu", template("all")));
    cluster.structuredPod("more", ON_NODE1, Map.of("gpu", template("more")));

    cluster.awaitRunning("all");
    cluster.awaitUnschedulable("more");
  }

  private static String withMemory(int atLeastMiB) {
    return one(
        "gpu.intel.com",
        "selectors: [{cel: {expression:"
            + " 'device.capacity[\"gpu.intel.com\"].memory.compareTo(quantity(\"%dMi\")) >= 0'}}]"
                .formatted(atLeastMiB));
  }

  /**
   * These nodes have no GPU whose memory the kernel counts, so files play it: in the folders that
   * the kubelet and the container runtime gave the pod, below another root.
   */
  @Test
  void theMemoryThatAPodUsesIsShownUntilThePodIsGone() throws IOException {
    for (String node : RealCluster.NODES) {
      new FakePodGroups(NodeFolders.seenFromOutside(node, CGROUPS))
          .capacity(
              "drm/0000:f3:00.0/vram0 %1$d%ndrm/0000:f4:00.0/vram0 %1$d%n"
                  .formatted(RealCluster.FLEX_170_MIB * MIB));
    }
    setAgents("GPU_MEMORY_IN_USE=true", "GPU_CGROUP_ROOT=" + CGROUPS);
    cluster.awaitPublished();
    cluster.structuredTemplate("gpu", one("gpu.intel.com", ""));
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpu", template("gpu")));
    cluster.awaitRunning("pod");
    Pod pod = cluster.getPod("pod");
    String id = containerId(pod);
    Path group = groupOf(pod, id);
    use(group, 5 * MIB);
    use(group.resolve(id), 3 * MIB);

    cluster.eventually(
        "the agent shows what the container uses",
        () ->
            assertThat(
                    agent()
                        .value(
                            FIGURE,
                            "pod_namespace=\"%s\"".formatted(cluster.namespace()),
                            "pod_name=\"pod\"",
                            "container_id=\"%s\"".formatted(id),
                            "gpu=\"%s\"".formatted(deviceOf(pod))))
                .isEqualTo(3 * MIB));
    assertThat(agent().text().lines().filter(line -> line.startsWith(FIGURE + "{"))).hasSize(1);

    cluster.deletePod("pod");
    FakePodGroups.remove(group);

    cluster.eventually(
        "the figure is gone", () -> assertThat(agent().types()).doesNotContainKey(FIGURE));
  }

  @AfterEach
  void countNothing() {
    if (isCounting) {
      setAgents("GPU_MEMORY_IN_USE-", "GPU_CGROUP_ROOT-");
      RealCluster.NODES.forEach(
          node -> FakePodGroups.remove(NodeFolders.seenFromOutside(node, CGROUPS)));
    }
  }

  private void setAgents(String... changes) {
    isCounting = true;
    String agents = "daemonset/" + RealCluster.AGENT;
    Shell.kubectl(
        Stream.concat(
                Stream.of("set", "env", agents, "--containers=" + RealCluster.AGENT),
                Stream.of(changes))
            .toArray(String[]::new));
    Shell.kubectl("rollout", "status", agents, "--timeout=300s");
  }

  private Exposition agent() {
    return ShownMetrics.of(cluster, cluster.agentOn("node1"));
  }

  /** Both GPUs are listed for each group, as the kernel does. */
  private static void use(Path group, long bytes) {
    FakePodGroups.use(
        group, "drm/0000:f3:00.0/vram0 %1$d%ndrm/0000:f4:00.0/vram0 %1$d%n".formatted(bytes));
  }

  /** Returns the GPU that the pod has, of the two. */
  private String deviceOf(Pod pod) {
    String claim = pod.getStatus().getResourceClaimStatuses().getFirst().getResourceClaimName();
    String device = cluster.given(claim).getFirst().getDevice();
    return Topology.XE_MEMORY_IN_THE_CONTROL_GROUPS.uids().stream()
        .filter(uid -> StructuredCluster.name(uid).equals(device))
        .findFirst()
        .orElseThrow();
  }

  private static String containerId(Pod pod) {
    return pod.getStatus()
        .getContainerStatuses()
        .getFirst()
        .getContainerID()
        .replaceFirst(".*://", "");
  }

  /**
   * Returns the path below the other root that the kubelet and the container runtime gave the pod's
   * group, which contains that of the container.
   */
  private static Path groupOf(Pod pod, String container) throws IOException {
    var groups = new ArrayList<String>();
    for (Path process : Processes.of(pod)) {
      groups.addAll(Files.readAllLines(process.resolve("cgroup")));
    }
    return groups.stream()
        .filter(line -> line.endsWith("/" + container))
        .map(line -> line.substring(line.indexOf(":/") + 2, line.length() - container.length() - 1))
        .map(NodeFolders.seenFromOutside("node1", CGROUPS)::resolve)
        .findFirst()
        .orElseThrow(() -> new AssertionError(groups));
  }

  @Test
  void theAgentSeesTheNodesControlGroupsAndCannotChangeThem() {
    for (String node : RealCluster.NODES) {
      Path agent = Processes.of(cluster.agentOn(node), "quarkus-run.jar");

      assertThat(agent.resolve("root/host/sys/fs/cgroup")).isNotEmptyDirectory();
      assertThat(Processes.writableMounts(agent)).doesNotContain("/host/sys/fs/cgroup");
      assertThat(Processes.status(agent, "CapEff")).isEqualTo("0000000000000000");
    }
  }
}
