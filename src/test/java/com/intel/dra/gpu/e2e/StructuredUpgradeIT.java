package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.name;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One agent replaces another while pods use the GPUs. Here the simulators are in pods of their own;
 * in the agent's pod, they would remove the GPUs together with the agent.
 */
@Tag("structured")
class StructuredUpgradeIT {

  private static final List<String> GPUS = Topology.TWO_VF_HOSTS_I915.uids();

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.TWO_VF_HOSTS_I915);

  private final SimulatorsApart simulators = new SimulatorsApart(cluster, GPUS);

  @BeforeEach
  void putTheSimulatorsApart() {
    simulators.putApart();
    awaitTheVfs();
    cluster.structuredTemplate("vf", one("gpu-vf.intel.com", ""));
  }

  @AfterEach
  void putThemBack() {
    simulators.putBack();
    awaitTheVfs();
  }

  @Test
  void podsGoOnAndOthersStartWhileTheAgentsAreReplaced() {
    vfPod("before");
    cluster.awaitRunning("before");
    Set<Integer> cards = cluster.awaitOneCardEach("before");
    Set<String> old = cluster.agentUids();

    Shell.kubectl("rollout", "restart", "daemonset/" + RealCluster.AGENT);
    vfPod("meanwhile");
    Shell.kubectl("rollout", "status", "daemonset/" + RealCluster.AGENT, "--timeout=180s");
    cluster.awaitRunning("meanwhile");
    vfPod("after");
    cluster.awaitRunning("after");

    assertThat(cluster.agentUids())
        .hasSize(RealCluster.NODES.size())
        .doesNotContainAnyElementsOf(old);
    cluster.assertUntouched("before", cards);
    assertThat(cluster.awaitOneCardEach("before", "meanwhile", "after"))
        .as("each has its own")
        .hasSize(3);
    remove("before", "meanwhile", "after");
    awaitPlainGpus();
  }

  @Test
  void whenTheNewAgentNeverComesUpTheOldOneServesAndWhenThatIsKilledTheOtherActs() {
    vfPod("before");
    cluster.awaitRunning("before");
    Set<Integer> cards = cluster.awaitOneCardEach("before");
    Pod old = cluster.agentOn("node1");

    replaceAgentsByThoseThatAreNeverReady();
    cluster.eventually(
        "another agent stands by on node1",
        () -> assertThat(logOf(other(old))).contains("Standing by"));
    fillTheFirstGpu();
    assertThat(Readiness.isPodReady(cluster.client().resource(old).get())).isTrue();

    Processes.kill(old, "quarkus-run.jar");
    cluster.eventually(
        "it acts now", () -> assertThat(logOf(other(old))).contains("this one acts now"));
    vfPod("second-gpu");
    cluster.awaitRunning("second-gpu");
    assertThat(cluster.given("second-gpu-vf"))
        .as("VFs that the other agent has made")
        .allMatch(result -> result.getDevice().startsWith(name(GPUS.get(1))));
    cluster.assertUntouched("before", cards);

    simulators.applyApart();
    cluster.assertUntouched("before", cards);
    vfPod("after");
    cluster.awaitRunning("after");
    assertThat(cluster.phase("second-gpu")).isEqualTo("Running");
    remove("before", "more-0", "more-1", "more-2", "second-gpu", "after");
    awaitPlainGpus();
  }

  @Test
  void slicesVanishWhileNoAgentRunsForLongAndPodsGoOn() {
    vfPod("before");
    cluster.awaitRunning("before");
    Set<Integer> cards = cluster.awaitOneCardEach("before");
    List<String> devices = cluster.deviceNames("node1");
    var driver = new Driver(cluster);

    driver.stopAgents();
    cluster.eventually(
        "the kubelet has deleted the slices", () -> assertThat(cluster.slices("node1")).isEmpty());
    cluster.assertUntouched("before", cards);
    vfPod("waiting");
    cluster.awaitUnschedulable("waiting");
    driver.startAgents();

    cluster.awaitRunning("waiting");
    assertThat(cluster.deviceNames("node1")).isEqualTo(devices);
    cluster.assertUntouched("before", cards);
    remove("before", "waiting");
    awaitPlainGpus();
  }

  private void vfPod(String name) {
    cluster.structuredPod(name, ON_NODE1, Map.of("vf", template("vf")));
  }

  /** Adds pods to the one that uses a VF of the GPU, which is split into four. */
  private void fillTheFirstGpu() {
    for (String pod : List.of("more-0", "more-1", "more-2")) {
      vfPod(pod);
      cluster.awaitRunning(pod);
    }
  }

  private void remove(String... pods) {
    Arrays.stream(pods).forEach(cluster::deletePod);
  }

  private void awaitPlainGpus() {
    cluster.eventually(
        "the VFs are gone",
        () ->
            assertThat(cluster.gas("node1").getSpec().allocatable().keySet())
                .containsExactlyElementsOf(GPUS));
  }

  /** Returns the other agent on the same node. */
  private Pod other(Pod agent) {
    return cluster.podsOf(RealCluster.AGENT).stream()
        .filter(pod -> agent.getSpec().getNodeName().equals(pod.getSpec().getNodeName()))
        .filter(pod -> !pod.getMetadata().getUid().equals(agent.getMetadata().getUid()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is one agent only"));
  }

  private String logOf(Pod agent) {
    return cluster.client().pods().resource(agent).inContainer(RealCluster.AGENT).getLog();
  }

  private void replaceAgentsByThoseThatAreNeverReady() {
    cluster
        .client()
        .apps()
        .daemonSets()
        .inNamespace(RealCluster.DRIVER_NAMESPACE)
        .withName(RealCluster.AGENT)
        .edit(
            agents ->
                new DaemonSetBuilder(agents)
                    .editSpec()
                    .editUpdateStrategy()
                    .editRollingUpdate()
                    .withNewMaxSurge("100%")
                    .endRollingUpdate()
                    .endUpdateStrategy()
                    .editTemplate()
                    .editSpec()
                    .editFirstContainer()
                    .editReadinessProbe()
                    .editHttpGet()
                    .withPath("/q/health/never")
                    .endHttpGet()
                    .endReadinessProbe()
                    .endContainer()
                    .endSpec()
                    .endTemplate()
                    .endSpec()
                    .build());
  }

  private void awaitTheVfs() {
    cluster.eventually(
        "the GPUs and VFs of every node are offered",
        () ->
            assertThat(RealCluster.NODES)
                .allSatisfy(node -> assertThat(cluster.deviceNames(node)).hasSize(12)));
  }
}
