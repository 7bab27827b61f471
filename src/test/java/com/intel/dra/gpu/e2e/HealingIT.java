package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The driver repairs records that were lost, and removes records that no claim justifies. */
class HealingIT {

  @RegisterExtension final RealCluster cluster = new RealCluster();

  @Test
  @Tag("core")
  void aRecordThatNoClaimStandsForIsDropped() {
    cluster
        .client()
        .resources(GpuAllocationState.class)
        .inNamespace(RealCluster.DRIVER_NAMESPACE)
        .withName("node1")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            """
            {"spec":{"resourceClaimAllocations":{"00000000-dead-beef-0000-000000000000":
              {"owner":"","gpus":[{"memory":14000,"parentuid":"","profile":"","type":"gpu","uid":"%s"}]}}}}
            """
                .formatted(RealCluster.FLEX_170));

    cluster.eventually(
        "it is dropped",
        () -> assertThat(cluster.gas("node1").getSpec().resourceClaimAllocations()).isEmpty());
  }

  @Test
  void aDeletedGasComesBackWithWhatPodsHold() {
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.template("p", "p");
    cluster.pod(
        "holder",
        "nodeSelector: {kubernetes.io/hostname: node1}",
        Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("holder");
    String uid = cluster.claims().getFirst().getMetadata().getUid();
    cluster.eventually(
        "it is prepared",
        () -> assertThat(cluster.gas("node1").getSpec().prepared()).containsKey(uid));
    var before = cluster.gas("node1");

    cluster.client().resource(before).delete();

    cluster.eventually(
        "it is back as it was",
        () -> {
          GpuAllocationState now = cluster.gas("node1");
          assertThat(now.getMetadata().getUid()).isNotEqualTo(before.getMetadata().getUid());
          assertThat(now.getSpec()).isEqualTo(before.getSpec());
          assertThat(now.getStatus()).isEqualTo("Ready");
        });
  }

  @Test
  void aRestartedControllerAndAgentLoseNothing() {
    cluster.parameters("p", "{count: 1, memory: 9000}");
    cluster.template("p", "p");
    cluster.pod("before", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("before");
    var held = cluster.devicesOf(cluster.claims().getFirst());

    for (String application : new String[] {"intel-gpu-controller", "intel-gpu-node-agent"}) {
      cluster
          .client()
          .pods()
          .inNamespace(RealCluster.DRIVER_NAMESPACE)
          .withLabel("app.kubernetes.io/name", application)
          .delete();
    }
    cluster.pod("during", "", Map.of("gpu", RealCluster.ofTemplate("p")));

    cluster.awaitRunning("during");
    assertThat(cluster.phase("before")).isEqualTo("Running");
    cluster.eventually(
        "both hold a GPU of their own",
        () -> {
          assertThat(cluster.claims().stream().flatMap(c -> cluster.devicesOf(c).stream()))
              .hasSize(2)
              .doesNotHaveDuplicates()
              .containsAll(held);
        });
  }
}
