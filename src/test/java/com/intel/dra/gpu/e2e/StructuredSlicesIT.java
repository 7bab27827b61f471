package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.name;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The published slices stay correct, whatever else changes them, and follow the devices. */
@Tag("structured")
class StructuredSlicesIT {

  private static final String FLEX = name(RealCluster.FLEX_170);

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  @Test
  void slicesThatSomebodyDeletesComeBack() {
    List<String> before = cluster.deviceNames("node1");
    List<ResourceSlice> slices = cluster.slices("node1");

    slices.forEach(slice -> cluster.client().resource(slice).delete());

    cluster.eventually(
        "the slices are back",
        () -> {
          assertThat(cluster.deviceNames("node1")).isEqualTo(before);
          assertThat(cluster.slices("node1"))
              .extracting(slice -> slice.getMetadata().getUid())
              .doesNotContainAnyElementsOf(uids(slices));
        });
  }

  @Test
  void slicesThatAStartingKubeletDeletesComeBack() {
    cluster.structuredTemplate("gpu", one("gpu.intel.com", ""));
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpu", template("gpu")));
    cluster.awaitRunning("pod");
    List<String> before = cluster.deviceNames("node1");
    List<String> uids = uids(cluster.slices("node1"));

    Shell.run("e2e/cluster/restart-kubelet.sh", "node1");

    cluster.eventually(
        "other slices with the same devices are there",
        () -> {
          assertThat(cluster.deviceNames("node1")).isEqualTo(before);
          assertThat(uids(cluster.slices("node1"))).isNotEmpty().doesNotContainAnyElementsOf(uids);
        });
    assertThat(cluster.phase("pod")).isEqualTo("Running");
    cluster.structuredPod("next", ON_NODE1, Map.of("gpu", template("gpu")));
    cluster.awaitRunning("next");
    cluster.deletePod("pod");
    cluster.structuredPod("again", ON_NODE1, Map.of("gpu", template("gpu")));
    cluster.awaitRunning("again");
  }

  private static List<String> uids(List<ResourceSlice> slices) {
    return slices.stream().map(slice -> slice.getMetadata().getUid()).toList();
  }

  @Test
  void slicesBelongToTheirNode() {
    assertThat(cluster.slices("node1"))
        .allSatisfy(
            slice -> {
              assertThat(slice.getMetadata().getOwnerReferences())
                  .singleElement()
                  .satisfies(
                      owner -> {
                        assertThat(owner.getKind()).isEqualTo("Node");
                        assertThat(owner.getName()).isEqualTo("node1");
                        assertThat(owner.getController()).isTrue();
                      });
              assertThat(slice.getSpec().getPool().getName()).isEqualTo("node1");
            });
  }

  @Test
  void anAgentThatStartsAgainLeavesPodsAndSlicesAlone() {
    cluster.structuredTemplate("gpu", one("gpu.intel.com", ""));
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpu", template("gpu")));
    cluster.awaitRunning("pod");
    List<String> before = cluster.sliceVersions("node1");
    String claim = cluster.structuredClaims().getFirst().getMetadata().getUid();

    new Driver(cluster).restartAgentIn(cluster.agentOn("node1"));

    assertThat(cluster.phase("pod")).isEqualTo("Running");
    assertThat(cluster.gas("node1").getSpec().prepared()).containsOnlyKeys(claim);
    assertThat(cluster.sliceVersions("node1")).isEqualTo(before);
    cluster.structuredPod("next", ON_NODE1, Map.of("gpu", template("gpu")));
    cluster.awaitRunning("next");
  }

  @Test
  void aGpuThatFailsEvictsItsPodsAndComesBack() {
    cluster.structuredTemplate(
        "flex",
        one(
            "gpu.intel.com",
            "selectors: [{cel: {expression: 'device.attributes[\"gpu.intel.com\"].model == \"Flex"
                + " 170\"'}}]"));
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpu", template("flex")));
    cluster.awaitRunning("pod");

    Topology.USUAL.breakFirstOn(
        cluster,
        () -> {
          assertThat(cluster.device("node1", FLEX).getTaints())
              .singleElement()
              .satisfies(
                  taint -> {
                    assertThat(taint.getKey()).isEqualTo("gpu.intel.com/unhealthy");
                    assertThat(taint.getEffect()).isEqualTo("NoExecute");
                    assertThat(taint.getTimeAdded()).isNotNull();
                  });
          assertThat(cluster.device("node1", name(RealCluster.ARC_A770)).getTaints())
              .isNullOrEmpty();
        });
    cluster.eventually(
        "the pod is evicted",
        () ->
            assertThat(cluster.pods())
                .allMatch(pod -> pod.getMetadata().getDeletionTimestamp() != null));

    Topology.USUAL.repairOn(
        cluster, () -> assertThat(cluster.device("node1", FLEX).getTaints()).isNullOrEmpty());
    cluster.structuredPod("again", ON_NODE1, Map.of("gpu", template("flex")));
    cluster.awaitRunning("again");
  }
}
