package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Nodes of kwok beside the two real nodes. Pods run there only in name, and there is no agent, so a
 * GAS exists only if the test makes one.
 */
class ManyNodesIT {

  /** More than the scheduler checks at once (100), but not more than a context can name. */
  private static final int NODES_FOR_SEVERAL_LOOKS = 120;

  /** So many that the scheduler checks more than a context can name. */
  private static final int NODES_FOR_A_FULL_CONTEXT = 300;

  private static final int MOST_NODES_IN_A_CONTEXT = 128;
  private static final String LABEL = "type=kwok";
  private static final String TOLERATED =
      "tolerations: [{key: kwok.x-k8s.io/node, operator: Exists}]";
  private static final String FAKE_GPU = "0000:c1:00.0-0x0bd5";

  @RegisterExtension final RealCluster cluster = new RealCluster();

  private static void addNodes(int count) {
    Shell.run("e2e/cluster/kwok.sh", Integer.toString(count));
  }

  @AfterEach
  void removeNodes() {
    Shell.kubectl("delete", "nodes", "-l", LABEL);
  }

  @Test
  void aPodThatManyNodesWithoutGpusMightRunFindsTheOnesWithGpus() {
    addNodes(NODES_FOR_SEVERAL_LOOKS);
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.template("p", "p");
    String[] pods = {"pod-1", "pod-2", "pod-3"};
    for (String pod : pods) {
      cluster.pod(pod, TOLERATED, Map.of("gpu", RealCluster.ofTemplate("p")));
    }

    cluster.awaitRunning(pods);

    for (String pod : pods) {
      assertThat(cluster.getPod(pod).getSpec().getNodeName()).isIn(RealCluster.NODES);
    }
  }

  @Test
  void aFullListOfUnsuitableNodesIsTakenByTheApiServer() {
    addNodes(NODES_FOR_A_FULL_CONTEXT);
    cluster.parameters("big", "{count: 1, memory: 100000}");
    cluster.template("big", "big");
    cluster.pod("too-big", TOLERATED, Map.of("gpu", RealCluster.ofTemplate("big")));

    assertThat(cluster.awaitWarning(cluster.getPod("too-big"), "NoSuitableNode"))
        .contains(" more: no GpuAllocationState");

    cluster.eventually(
        "all potential nodes are told to be unsuitable",
        () -> {
          PodSchedulingContext context = schedulingContext("too-big");
          List<String> potential = context.getSpec().getPotentialNodes();
          assertThat(potential).hasSize(MOST_NODES_IN_A_CONTEXT);
          assertThat(context.getStatus().getResourceClaims())
              .singleElement()
              .satisfies(
                  claim ->
                      assertThat(claim.getUnsuitableNodes())
                          .hasSize(MOST_NODES_IN_A_CONTEXT)
                          .containsAll(potential));
        });
  }

  /** The node has a pod that Kubernetes considers running. */
  @Test
  void aClaimIsGivenBackAfterItsNodeWasLostWithItsGas() {
    String node = "fake-0001";
    addNodes(1);
    publishGasOf(node);
    String className = "fake-" + cluster.namespace();
    cluster.resourceClass(className, "[{type: gpu, name: \"0x0bd5\"}]");
    cluster.parameters("p", "{count: 1, memory: 1000}");
    for (String claim : List.of("used", "unused")) {
      cluster.claim(
          claim,
          className,
          "gpu.dra.intel.com",
          "GpuClaimParameters",
          "p",
          claim.equals("used") ? "WaitForFirstConsumer" : "Immediate");
    }
    cluster.pod("pod", TOLERATED, Map.of("gpu", RealCluster.ofClaim("used")));
    cluster.awaitAllocated("used", "unused");
    cluster.awaitRunning("pod");
    assertThat(cluster.getPod("pod").getSpec().getNodeName()).isEqualTo(node);
    assertThat(cluster.devicesOf(cluster.getClaim("used"))).containsExactly(node + " " + FAKE_GPU);

    cluster.client().nodes().withName(node).delete();
    cluster.eventually("its GAS goes with it", () -> assertThat(cluster.findGas(node)).isEmpty());
    cluster.deletePod("pod");
    cluster.deleteClaim("unused");
    cluster.deleteClaim("used");

    cluster.eventually("both claims go", () -> assertThat(cluster.claims()).isEmpty());
  }

  private void publishGasOf(String name) {
    Node node = cluster.client().nodes().withName(name).require();
    cluster.applyInDriverNamespace(
        """
        apiVersion: gpu.dra.intel.com/v1alpha
        kind: GpuAllocationState
        metadata:
          name: %s
          ownerReferences: [{apiVersion: v1, kind: Node, name: %s, uid: %s}]
        spec:
          allocatable:
            %s: {uid: "%s", model: "0x0bd5", memory: 61440, type: gpu, parentuid: "", maxvfs: 0}
        status: Ready
        """
            .formatted(name, name, node.getMetadata().getUid(), FAKE_GPU, FAKE_GPU));
  }

  private PodSchedulingContext schedulingContext(String pod) {
    return cluster
        .client()
        .resources(PodSchedulingContext.class)
        .inNamespace(cluster.namespace())
        .withName(pod)
        .require();
  }
}
