package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.name;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Virtual functions that the scheduler allocates before they exist. */
@Tag("structured")
class StructuredVfIT {

  private static final List<String> GPUS = Topology.TWO_VF_HOSTS_I915.uids();
  private static final String BOTH_GPUS =
      "{devices: {requests: [{name: gpus, exactly: {deviceClassName: gpu.intel.com, count: 2,"
          + " selectors: [{cel: {expression: 'device.attributes[\"gpu.intel.com\"].type =="
          + " \"gpu\"'}}]}}]}}";

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.TWO_VF_HOSTS_I915);

  @Test
  void aVfIsMadeForAPodAndRemovedAfterIt() throws IOException {
    cluster.applyFile(Path.of("deploy/examples/structured/pod-inline-vf.yaml"));
    cluster.awaitRunning("test-inline-vf");

    cluster.eventually(
        "the pod sees one VF",
        () ->
            assertThat(cluster.cards("test-inline-vf", "with-resource"))
                .singleElement()
                .satisfies(card -> assertThat(card).isGreaterThanOrEqualTo(2)));
    String node = cluster.getPod("test-inline-vf").getSpec().getNodeName();
    String vf = cluster.given("test-inline-vf-vf").getFirst().getDevice();
    assertThat(vf).contains("-vf");
    assertThat(cluster.gas(node).getSpec().allocatable().keySet())
        .filteredOn(uid -> uid.contains("-vf"))
        .hasSize(4);

    cluster.deletePod("test-inline-vf");
    cluster.eventually(
        "the VFs are gone",
        () ->
            assertThat(cluster.gas(node).getSpec().allocatable().keySet())
                .containsExactlyElementsOf(GPUS));
  }

  @Test
  void aGpuIsGivenWholeOrAsVfsAndWaitsForTheOther() {
    cluster.structuredTemplate("vf", one("gpu-vf.intel.com", ""));
    cluster.structuredTemplate("both-gpus", BOTH_GPUS);
    cluster.structuredPod("vf", ON_NODE1, Map.of("vf", template("vf")));
    cluster.awaitRunning("vf");

    cluster.structuredPod("gpus", ON_NODE1, Map.of("gpus", template("both-gpus")));
    cluster.awaitUnschedulable("gpus");
    cluster.deletePod("vf");
    cluster.awaitRunning("gpus");
    cluster.awaitCards("gpus", "main", 0, 1);

    cluster.structuredPod("vf-again", ON_NODE1, Map.of("vf", template("vf")));
    cluster.awaitUnschedulable("vf-again");
    cluster.deletePod("gpus");
    cluster.awaitRunning("vf-again");
  }

  /**
   * The other user is, for example, a hypervisor: no driver is bound to its VFs, so the agent
   * discovers none of them.
   */
  @Test
  void aGpuWhoseVfsSomebodyElseUsesIsNotPublishedAlsoNotByAnAgentThatStartsAgain() {
    String gpu = GPUS.getFirst();
    assertThat(cluster.deviceNames("node1")).contains(name(gpu));
    VfScenarios.inPciFolder(
        "node1", gpu, "echo 0 > sriov_drivers_autoprobe && echo 2 > sriov_numvfs");
    try {
      cluster.eventually(
          "the GPU is not published any more",
          () -> assertThat(cluster.deviceNames("node1")).isNotEmpty().doesNotContain(name(gpu)));
      List<String> before = cluster.sliceVersions("node1");

      new Driver(cluster).restartAgentIn(cluster.agentOn("node1"));

      assertThat(cluster.sliceVersions("node1")).as("nothing was written").isEqualTo(before);
    } finally {
      VfScenarios.inPciFolder(
          "node1", gpu, "echo 0 > sriov_numvfs && echo 1 > sriov_drivers_autoprobe");
    }
    cluster.eventually(
        "the GPU is published again",
        () -> assertThat(cluster.deviceNames("node1")).contains(name(gpu)));
  }

  @Test
  void aPodGetsAVfAndAGpu() {
    cluster.structuredTemplate(
        "mixed",
        """
        {devices: {requests: [
          {name: vf, exactly: {deviceClassName: gpu-vf.intel.com}},
          {name: gpu, exactly: {deviceClassName: gpu.intel.com,
             selectors: [{cel: {expression: 'device.attributes["gpu.intel.com"].type == "gpu"'}}]}}]}}
        """);
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpus", template("mixed")));
    cluster.awaitRunning("pod");

    cluster.eventually("it sees both", () -> assertThat(cluster.cards("pod", "main")).hasSize(2));
    assertThat(cluster.given("pod-gpus"))
        .extracting(result -> result.getDevice().replaceFirst("-vf.*", ""))
        .as("on different GPUs")
        .containsExactlyInAnyOrder(name(GPUS.get(0)), name(GPUS.get(1)));
  }

  @Test
  void manyPodsFillTheCardsWithVfs() {
    cluster.structuredTemplate("vf", one("gpu-vf.intel.com", ""));
    for (int i = 0; i < 8; i++) {
      cluster.structuredPod("pod-" + i, ON_NODE1, Map.of("vf", template("vf")));
    }
    for (int i = 0; i < 8; i++) {
      cluster.awaitRunning("pod-" + i);
    }
    cluster.structuredPod("one-more", ON_NODE1, Map.of("vf", template("vf")));
    cluster.awaitUnschedulable("one-more");

    var cards = new java.util.TreeSet<Integer>();
    for (int i = 0; i < 8; i++) {
      String pod = "pod-" + i;
      cluster.eventually(
          pod + " sees its VF", () -> assertThat(cluster.cards(pod, "main")).hasSize(1));
      cards.addAll(cluster.cards(pod, "main"));
    }
    assertThat(cards).as("each has its own").hasSize(8);
  }

  @Test
  void severalVfsInOneClaim() {
    cluster.structuredTemplate("vfs", one("gpu-vf.intel.com", "count: 4"));
    cluster.structuredPod("pod", ON_NODE1, Map.of("vfs", template("vfs")));
    cluster.awaitRunning("pod");

    cluster.eventually("it sees four", () -> assertThat(cluster.cards("pod", "main")).hasSize(4));
  }
}
