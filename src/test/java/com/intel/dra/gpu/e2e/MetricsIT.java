package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.TestObjects.ON_NODE1;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.metrics.Application;
import com.intel.dra.gpu.metrics.CatalogueAssert;
import com.intel.dra.gpu.metrics.Exposition;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The metrics that Prometheus gets from a cluster in which pods ran. */
class MetricsIT {

  private static final long MIB = 1L << 20;
  @RegisterExtension final RealCluster cluster = new RealCluster();

  @Test
  void bothApplicationsShowTheCatalogueAndWhatAPodDid() {
    Exposition leaderBefore = leader();
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.template("p", "p");
    cluster.pod("pod", ON_NODE1, Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("pod");

    Exposition leader = leader();
    CatalogueAssert.assertShowsTheCatalogue(leader, Application.CONTROLLER);
    String[] allocated = {"mode=\"delayed\"", "type=\"gpu\"", "result=\"allocated\""};
    assertThat(leader.value("gpu_dra_allocations_total", allocated))
        .isEqualTo(leaderBefore.value("gpu_dra_allocations_total", allocated) + 1);
    String latency = "gpu_dra_allocation_latency_seconds_count";
    assertThat(leader.value(latency, "mode=\"delayed\""))
        .isEqualTo(leaderBefore.value(latency, "mode=\"delayed\"") + 1);
    assertThat(leader.value("gpu_dra_nodes", "status=\"ready\"")).isEqualTo(2);
    for (String kind : List.of("ResourceClaim", "GpuAllocationState", "Lease")) {
      assertThat(
              leader.value(
                  "gpu_dra_api_writes_total", "kind=\"" + kind + "\"", "result=\"written\""))
          .as(kind)
          .isPositive();
    }

    cluster.eventually(
        "the agent shows the claim",
        () -> {
          Exposition agent = agent("node1");
          CatalogueAssert.assertShowsTheCatalogue(agent, Application.NODE_AGENT);
          assertThat(agent.value("gpu_dra_prepared_claims")).isEqualTo(1);
          assertThat(agent.value("gpu_dra_allocated_claims")).isEqualTo(1);
          assertThat(
                  agent.value("gpu_dra_memory_allocated_bytes", "model=\"Flex 170\"")
                      + agent.value("gpu_dra_memory_allocated_bytes", "model=\"A770\""))
              .isEqualTo(1000 * MIB);
        });
    Exposition agent = agent("node1");
    assertThat(agent.value("gpu_dra_gpus", "model=\"Flex 170\"", "node=\"node1\"")).isEqualTo(1);
    assertThat(agent.value("gpu_dra_memory_allocatable_bytes", "model=\"Flex 170\""))
        .isEqualTo(RealCluster.FLEX_170_MIB * MIB);
    assertThat(agent.value("gpu_dra_prepare_duration_seconds_count", "result=\"success\""))
        .isPositive();
    assertThat(agent.value("gpu_dra_device_health", "state=\"healthy\"")).isEqualTo(2);
    assertThat(agent("node2").value("gpu_dra_prepared_claims")).isZero();

    cluster.deletePod("pod");
    cluster.eventually(
        "what the pod had is given back",
        () -> {
          assertThat(agent("node1").value("gpu_dra_prepared_claims")).isZero();
          assertThat(agent("node1").value("gpu_dra_allocated_claims")).isZero();
          String[] released = {"mode=\"delayed\"", "type=\"gpu\"", "result=\"deallocated\""};
          assertThat(leader().value("gpu_dra_deallocations_total", released))
              .isEqualTo(leaderBefore.value("gpu_dra_deallocations_total", released) + 1);
        });
  }

  /** The standby controller shows the same metrics, most of them with the value 0. */
  @Test
  void everyControllerShowsTheCatalogueAndOneLeads() {
    assertThat(cluster.podsOf(RealCluster.CONTROLLER))
        .hasSize(2)
        .allSatisfy(
            pod ->
                CatalogueAssert.assertShowsTheCatalogue(
                    ShownMetrics.of(cluster, pod), Application.CONTROLLER))
        .filteredOn(pod -> ShownMetrics.of(cluster, pod).value("gpu_dra_leader") == 1)
        .hasSize(1);
  }

  private Exposition agent(String node) {
    return ShownMetrics.of(cluster, cluster.agentOn(node));
  }

  private Exposition leader() {
    for (Pod pod : cluster.podsOf(RealCluster.CONTROLLER)) {
      Exposition shown = ShownMetrics.of(cluster, pod);
      if (shown.value("gpu_dra_leader") == 1) {
        return shown;
      }
    }
    throw new AssertionError("no controller leads");
  }
}
