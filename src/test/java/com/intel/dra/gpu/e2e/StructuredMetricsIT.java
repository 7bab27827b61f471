package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.memory;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.metrics.Application;
import com.intel.dra.gpu.metrics.CatalogueAssert;
import com.intel.dra.gpu.metrics.Exposition;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The metrics that Prometheus gets where the scheduler allocates: all of them come from the agents.
 */
@Tag("structured")
class StructuredMetricsIT {

  private static final long MIB = 1L << 20;

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  @Test
  void theAgentShowsTheCatalogueAndWhatAPodDid() {
    cluster.structuredTemplate("part", one("gpu.intel.com", memory("1Gi")));
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpu", template("part")));
    cluster.awaitRunning("pod");

    cluster.eventually(
        "the agent shows the claim",
        () -> {
          Exposition agent = agent();
          CatalogueAssert.assertShowsTheCatalogue(agent, Application.NODE_AGENT);
          assertThat(agent.value("gpu_dra_prepared_claims")).isEqualTo(1);
          assertThat(agent.value("gpu_dra_allocated_claims")).isEqualTo(1);
          assertThat(
                  agent.value("gpu_dra_memory_allocated_bytes", "model=\"Flex 170\"")
                      + agent.value("gpu_dra_memory_allocated_bytes", "model=\"A770\""))
              .isEqualTo(1024 * MIB);
        });
    Exposition agent = agent();
    assertThat(agent.value("gpu_dra_mode", "mode=\"structured\"")).isEqualTo(1);
    assertThat(agent.value("gpu_dra_slice_publications_total", "result=\"published\""))
        .isPositive();
    assertThat(
            agent.value("gpu_dra_api_writes_total", "kind=\"ResourceSlice\"", "result=\"written\""))
        .isPositive();
    assertThat(
            agent.value(
                "gpu_dra_prepare_requests_total", "api_version=\"v1\"", "result=\"success\""))
        .isPositive();

    cluster.deletePod("pod");
    cluster.eventually(
        "what the pod had is given back",
        () -> assertThat(agent().value("gpu_dra_prepared_claims")).isZero());
  }

  private Exposition agent() {
    return ShownMetrics.of(cluster, cluster.agentOn("node1"));
  }
}
