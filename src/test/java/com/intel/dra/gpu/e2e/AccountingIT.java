package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Pods share GPUs by memory, and never use more than a GPU has. */
class AccountingIT {

  @RegisterExtension final RealCluster cluster = new RealCluster();

  @Test
  @Tag("core")
  void twoClaimsOfMoreThanHalfAGpuInOnePodGetTwoGpus() {
    cluster.parameters("half", "{count: 1, memory: 7500}");
    cluster.template("half", "half");
    cluster.pod(
        "recipe",
        "",
        new TreeMap<>(
            Map.of("a", RealCluster.ofTemplate("half"), "b", RealCluster.ofTemplate("half"))));
    cluster.awaitRunning("recipe");

    assertThat(cluster.claims().stream().flatMap(claim -> cluster.devicesOf(claim).stream()))
        .hasSize(2)
        .doesNotHaveDuplicates();
    cluster.eventually(
        "the container sees both",
        () -> assertThat(cluster.log("recipe", "main")).contains("card0", "card1"));
  }

  @Test
  void countMeansThatManyDifferentGpusOfOneNode() {
    cluster.parameters("two", "{count: 2}");
    cluster.template("two", "two");
    cluster.pod("pair", "", Map.of("gpus", RealCluster.ofTemplate("two")));
    cluster.awaitRunning("pair");
    String node = cluster.getPod("pair").getSpec().getNodeName();
    assertThat(cluster.devicesOf(cluster.claims().getFirst()))
        .containsExactly(node + " " + RealCluster.FLEX_170, node + " " + RealCluster.ARC_A770);

    cluster.parameters("three", "{count: 3}");
    cluster.template("three", "three");
    cluster.pod("triple", "", Map.of("gpus", RealCluster.ofTemplate("three")));
    assertThat(cluster.awaitWarning(cluster.getPod("triple"), "NoSuitableNode"))
        .contains("node1, node2");
  }

  @Test
  void podsOnDifferentNodesUseAllResourcesAndTheNextOneWaitsForARelease() {
    cluster.parameters("whole", "{count: 1, memory: 13000}");
    cluster.template("whole", "whole");
    String[] pods = IntStream.range(0, 4).mapToObj(i -> "full-" + i).toArray(String[]::new);
    for (String pod : pods) {
      cluster.pod(pod, "", Map.of("gpu", RealCluster.ofTemplate("whole")));
    }
    cluster.awaitRunning(pods);
    assertThat(cluster.claims().stream().flatMap(claim -> cluster.devicesOf(claim).stream()))
        .containsExactlyInAnyOrder(
            "node1 " + RealCluster.FLEX_170,
            "node1 " + RealCluster.ARC_A770,
            "node2 " + RealCluster.FLEX_170,
            "node2 " + RealCluster.ARC_A770);

    cluster.pod("next", "", Map.of("gpu", RealCluster.ofTemplate("whole")));
    cluster.awaitWarning(cluster.getPod("next"), "NoSuitableNode");
    assertThat(cluster.phase("next")).isEqualTo("Pending");

    cluster.deletePod("full-2");

    cluster.awaitRunning("next");
  }

  @Test
  void tenPodsTakeTurnsOnTheGpusThatOnlyFourCanHold() {
    cluster.parameters("whole", "{count: 1, memory: 13000}");
    cluster.template("whole", "whole");
    for (int i = 0; i < 10; i++) {
      cluster.apply(
          """
          apiVersion: v1
          kind: Pod
          metadata: {name: turn-%d}
          spec:
            restartPolicy: Never
            terminationGracePeriodSeconds: 1
            containers:
            - name: main
              image: registry.k8s.io/e2e-test-images/busybox:1.29-2
              command: ["sh", "-c", "test -c /dev/dri/card0 -o -c /dev/dri/card1"]
              resources: {claims: [{name: gpu}]}
            resourceClaims: [{name: gpu, source: {resourceClaimTemplateName: whole}}]
          """
              .formatted(i));
    }
    for (int i = 0; i < 10; i++) {
      String pod = "turn-" + i;
      cluster.eventually(
          pod + " is done", () -> assertThat(cluster.phase(pod)).isEqualTo("Succeeded"));
    }
    cluster.eventually(
        "generated claims of pods that are done are deleted",
        () -> assertThat(cluster.claims()).isEmpty());
  }
}
