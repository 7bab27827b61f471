package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The API server and its store are down for a long time while pods are in every phase of their
 * lifecycle.
 */
abstract class ControlPlaneFaults {

  /** Longer than the Leases of the driver and of nodes are valid, so that all of them expire. */
  private static final Duration OUTAGE = Duration.ofSeconds(60);

  @RegisterExtension final RealCluster cluster;

  private final GpuPods pods;
  private final NodeChecks checks;
  private final Daemons daemons = new Daemons();
  private Optional<Pod> cannotWrite = Optional.empty();

  ControlPlaneFaults(GpuPods pods) {
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
    cannotWrite.ifPresent(agent -> Processes.letAgentWriteFiles(agent, true));
    daemons.startAll();
    awaitApiServer();
  }

  @Test
  void aMinuteWithoutApiServerIsSurvivedByPodsThatWaitStartRunAndEnd() {
    pods.podWithWholeFlex("ends", "node1");
    pods.podWithPart("runs", "node2");
    cluster.awaitRunning("ends", "runs");
    String ending = pods.claimUid(cluster.getPod("ends"));
    pods.podWithWholeFlex("waits", "node1");
    cannotWrite = Optional.of(cluster.agentOn("node2"));
    cannotWrite.ifPresent(agent -> Processes.letAgentWriteFiles(agent, false));
    pods.podWithPart("starts", "node2");
    cluster.eventually(
        "it is being prepared",
        () -> assertThat(checks.failedPrepares(cluster.getPod("starts"))).isNotEmpty());
    assertThat(cluster.phase("waits")).isEqualTo("Pending");
    // its containers end while the API server is down
    cluster
        .client()
        .pods()
        .inNamespace(cluster.namespace())
        .withName("ends")
        .withGracePeriod(5)
        .delete();

    daemons.kill(Daemons.API_SERVER);
    Instant back = Instant.now().plus(OUTAGE);
    cannotWrite.ifPresent(agent -> Processes.letAgentWriteFiles(agent, true));
    cannotWrite = Optional.empty();
    cluster.eventually(
        "the pod that ends is unprepared, without API server",
        () -> assertThat(preparedOn("node1")).doesNotContain(ending));
    await("the outage is over")
        .atMost(OUTAGE.multipliedBy(2))
        .until(() -> Instant.now().isAfter(back));
    daemons.start(Daemons.API_SERVER);
    awaitApiServer();

    cluster.awaitRunning("waits", "starts");
    checks.assertUntouched("runs");
    assertAllIsWell("waits", "starts", "runs");
  }

  @Test
  void whenTheStoreIsKilledWhilePodsComeAndGoNothingIsLost() {
    pods.podWithWholeFlex("ends", "node1");
    pods.podWithPart("runs", "node2");
    cluster.awaitRunning("ends", "runs");
    pods.podWithWholeFlex("waits", "node1");
    pods.podWithPart("starts", "node2");
    cluster.deletePod("ends");

    daemons.kill(Daemons.ETCD);
    cluster.eventually(
        "the API server misses its store", () -> assertThat(isApiServerReady()).isFalse());
    daemons.start(Daemons.ETCD);
    awaitApiServer();

    cluster.awaitRunning("waits", "starts");
    checks.assertUntouched("runs");
    assertAllIsWell("waits", "starts", "runs");
  }

  private void assertAllIsWell(String... running) {
    cluster.eventually(
        "just these have GPUs",
        () -> {
          assertThat(cluster.pods())
              .extracting(pod -> pod.getMetadata().getName())
              .containsExactlyInAnyOrder(running);
          assertThat(cluster.claimUidsInAnyGas())
              .containsExactlyInAnyOrderElementsOf(
                  cluster.pods().stream().map(pods::claimUid).toList());
          assertThat(RealCluster.NODES)
              .allSatisfy(node -> assertThat(cluster.gas(node).getStatus()).isEqualTo("Ready"));
        });
    checks.assertNoDisagreement();
  }

  private String preparedOn(String node) {
    return Shell.onNode(node, "cat", pods.stateFolder() + "/prepared-claims.json");
  }

  private void awaitApiServer() {
    cluster.eventually("the API server is back", () -> assertThat(isApiServerReady()).isTrue());
  }

  private static boolean isApiServerReady() {
    return Shell.tryKubectl("get", "--raw", "/readyz", "--request-timeout=5s").strip().equals("ok");
  }
}
