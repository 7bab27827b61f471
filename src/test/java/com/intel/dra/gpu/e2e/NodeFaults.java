package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Nodes that lose their power: all processes of a node are killed, and the content of its memory is
 * gone, including VFs. Containers see the boot id of this machine's kernel, so the test changes the
 * agent's files to those of another boot instead.
 */
@Tag("faults")
abstract class NodeFaults {

  /** If a kubelet tried before the agent was ready, it tries again after 60 to 90 s. */
  private static final Duration A_BOOT_AND_TWO_TRIES = Duration.ofMinutes(5);

  private static final String NODE = "node2";
  private static final String OTHER = "node1";

  @RegisterExtension final RealCluster cluster;

  private final GpuPods pods;
  private final NodeChecks checks;
  private final Daemons daemons = new Daemons();

  NodeFaults(GpuPods pods) {
    this.cluster = pods.cluster();
    this.pods = pods;
    this.checks = new NodeChecks(cluster);
  }

  @BeforeEach
  void prepare() {
    pods.prepare();
  }

  @AfterEach
  void mend() {
    daemons.startAll();
    taint("-");
    awaitAgent();
    cluster.empty();
    cluster.eventually(
        "no node has VFs",
        () ->
            assertThat(RealCluster.NODES)
                .allSatisfy(
                    node ->
                        assertThat(cluster.gas(node).getSpec().allocatable().keySet())
                            .containsExactlyElementsOf(Topology.TWO_VF_HOSTS_I915.uids())));
  }

  @Test
  void podsOfARebootedNodeStartAgainWithWhatTheirClaimsHold() {
    pods.podWithVf("vf", GpuPods.on(NODE));
    pods.podWithPart("part", NODE);
    cluster.awaitRunning("vf", "part");
    var held = cluster.gas(NODE).getSpec().resourceClaimAllocations();

    daemons.cutPower(NODE);
    StateFiles.makeOfAnotherBoot(NODE, pods.stateFolder());
    daemons.boot(NODE);

    for (String pod : List.of("vf", "part")) {
      cluster.eventually(
          pod + " has started again",
          A_BOOT_AND_TWO_TRIES,
          () -> {
            assertThat(cluster.phase(pod)).isEqualTo("Running");
            assertThat(cluster.getPod(pod).getStatus().getContainerStatuses())
                .allMatch(container -> container.getRestartCount() > 0)
                .allMatch(container -> container.getState().getRunning() != null);
          });
    }
    assertThat(cluster.gas(NODE).getSpec().resourceClaimAllocations()).isEqualTo(held);
    cluster.eventually(
        "both are prepared, in this boot",
        () -> assertThat(cluster.gas(NODE).getSpec().prepared().keySet()).isEqualTo(held.keySet()));
    assertThat(Shell.onNode(NODE, "cat", pods.stateFolder() + "/prepared-claims.json"))
        .contains(held.keySet());
    awaitAgent();
    checks.assertNoDisagreement();
  }

  @Test
  void claimsOfANodeThatIsOutOfServiceAreGivenElsewhereAndItComesBackEmpty() {
    pods.claimOfVf("kept");
    pods.podOfClaim("lost", "kept", GpuPods.on(NODE));
    pods.podWithPart("lost-too", NODE);
    cluster.awaitRunning("lost", "lost-too");

    daemons.cutPower(NODE);
    cluster.eventually("the node is missed", () -> assertThat(isNodeReady()).isFalse());
    taint("=nodeshutdown:NoExecute");
    cluster.eventually("its pods are gone", () -> assertThat(cluster.pods()).isEmpty());
    pods.podOfClaim("heir", "kept", GpuPods.on(OTHER));
    cluster.awaitRunning("heir");

    StateFiles.makeOfAnotherBoot(NODE, pods.stateFolder());
    daemons.boot(NODE);
    cluster.eventually("the node is back", () -> assertThat(isNodeReady()).isTrue());
    taint("-");
    awaitAgent();

    cluster.eventually(
        "nothing of what it held is left",
        () -> {
          assertThat(cluster.gas(NODE).getSpec().prepared()).isEmpty();
          assertThat(cluster.gas(NODE).getSpec().resourceClaimAllocations()).isEmpty();
          assertThat(cluster.gas(NODE).getSpec().allocatable().keySet())
              .containsExactlyElementsOf(Topology.TWO_VF_HOSTS_I915.uids());
        });
    pods.podWithVf("again", GpuPods.on(NODE));
    cluster.awaitRunning("again");
    assertThat(cluster.phase("heir")).isEqualTo("Running");
    checks.assertNoDisagreement();
  }

  private static void taint(String what) {
    // may fail because the taint does not exist, which is as it should be
    Shell.tryKubectl("taint", "node", NODE, "node.kubernetes.io/out-of-service" + what);
  }

  private boolean isNodeReady() {
    return Readiness.isNodeReady(cluster.client().nodes().withName(NODE).get());
  }

  private void awaitAgent() {
    cluster.eventually(
        "the agent is back",
        () -> {
          Pod agent = cluster.agentOn(NODE);
          assertThat(Readiness.isPodReady(agent)).isTrue();
          assertThat(cluster.gas(NODE).getStatus()).isEqualTo("Ready");
        });
  }
}
