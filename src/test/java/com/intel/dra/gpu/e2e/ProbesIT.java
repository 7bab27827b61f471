package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.TestObjects.ON_NODE1;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The kubelet's probes, failing and recovering. */
class ProbesIT {

  private static final String PLUGINS = "/var/lib/kubelet/plugins/gpu.dra.intel.com";

  @RegisterExtension final RealCluster cluster = new RealCluster();

  @AfterEach
  void theControllerHasItsRights() {
    Shell.kubectl("apply", "-f", "target/kubernetes/controller.yml");
    cluster.eventually(
        "two controllers are ready",
        () ->
            assertThat(cluster.podsOf(RealCluster.CONTROLLER))
                .hasSize(2)
                .allMatch(Readiness::isPodReady));
  }

  @Test
  void anAgentWhoseSocketIsGoneIsRestartedAndServesAgain() {
    Pod agent = cluster.agentOn("node1");
    assertThat(health(agent, "live")).contains("\"UP\"");
    int restarts = restarts(agent);

    Shell.onNode("node1", "find", PLUGINS, "-name", "*.sock", "-delete");

    cluster.eventually(
        "it says that it does not live",
        () -> assertThat(health(agent, "live")).contains("\"DOWN\"", "kubelet-sockets", PLUGINS));
    cluster.eventually(
        "the kubelet has restarted it",
        () -> {
          Pod now = cluster.client().resource(agent).get();
          assertThat(restarts(now)).isEqualTo(restarts + 1);
          assertThat(Readiness.isPodReady(now)).isTrue();
        });
    assertThat(health(agent, "live")).contains("\"UP\"").doesNotContain("\"DOWN\"");
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.template("p", "p");
    cluster.pod("after", ON_NODE1, Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("after");
  }

  @Test
  void aControllerWhoseInformersCannotReadIsNotReadyUntilTheyCan() {
    List<Pod> before = cluster.podsOf(RealCluster.CONTROLLER);
    Shell.kubectl("delete", "clusterrolebinding", RealCluster.CONTROLLER);
    // the other controller keeps or takes the lead, because it may still watch what it watches
    // already
    cluster.client().resource(before.getFirst()).delete();

    cluster.eventually(
        "the new one runs and is not ready",
        () -> {
          Pod now = newOne(before).orElseThrow();
          assertThat(health(now, "ready")).contains("\"DOWN\"");
          assertThat(Readiness.isPodReady(now)).isFalse();
        });

    theControllerHasItsRights();

    assertThat(health(newOne(before).orElseThrow(), "ready")).contains("\"UP\"");
  }

  private Optional<Pod> newOne(List<Pod> before) {
    return cluster.podsOf(RealCluster.CONTROLLER).stream()
        .filter(
            pod ->
                before.stream()
                    .noneMatch(
                        old -> old.getMetadata().getUid().equals(pod.getMetadata().getUid())))
        .findFirst();
  }

  private int restarts(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .filter(status -> status.getName().equals(RealCluster.AGENT))
        .findFirst()
        .orElseThrow()
        .getRestartCount();
  }

  private static String health(Pod pod, String probe) {
    return Shell.run(
        "e2e/cluster/enter.sh",
        "control",
        "curl",
        "-s",
        "http://" + pod.getStatus().getPodIP() + ":9000/q/health/" + probe);
  }
}
