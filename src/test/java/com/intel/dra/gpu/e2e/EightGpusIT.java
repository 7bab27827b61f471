package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nodes with as many GPUs as one claim can have. */
class EightGpusIT {

  @RegisterExtension final RealCluster cluster = new RealCluster(Topology.EIGHT_GPUS);

  @Test
  void oneClaimGetsEightDifferentGpusOfOneNode() {
    cluster.parameters("eight", "{count: 8, memory: 14000}");
    cluster.template("eight", "eight");
    cluster.pod("pod", "", Map.of("gpus", RealCluster.ofTemplate("eight")));
    cluster.awaitRunning("pod");

    String node = cluster.getPod("pod").getSpec().getNodeName();
    assertThat(cluster.devicesOf(cluster.claims().getFirst()))
        .containsExactlyElementsOf(
            Topology.EIGHT_GPUS.uids().stream().map(uid -> node + " " + uid).toList());
  }

  @Test
  void eightClaimsOfMoreThanHalfAGpuGetAGpuEachAndANinthHasNoRoomOnAnyNode() {
    cluster.parameters("half", "{count: 1, memory: 7500}");
    cluster.template("half", "half");
    cluster.pod("nine", "", claims(9));
    assertThat(cluster.awaitWarning(cluster.getPod("nine"), "NoSuitableNode"))
        .contains("node1, node2");

    cluster.pod("eight", "", claims(8));

    cluster.awaitRunning("eight");
    assertThat(cluster.claims().stream().flatMap(claim -> cluster.devicesOf(claim).stream()))
        .hasSize(8)
        .doesNotHaveDuplicates();
    assertThat(cluster.phase("nine")).isEqualTo("Pending");
  }

  private static Map<String, String> claims(int count) {
    var sources = new TreeMap<String, String>();
    for (int i = 0; i < count; i++) {
      sources.put("gpu-" + i, RealCluster.ofTemplate("half"));
    }
    return sources;
  }
}
