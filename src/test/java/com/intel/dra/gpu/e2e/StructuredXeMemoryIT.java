package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatableDevice;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** GPUs of xe whose memory only the control groups state, and agents without privileges. */
@Tag("structured")
class StructuredXeMemoryIT {

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.XE_MEMORY_IN_THE_CONTROL_GROUPS);

  @Test
  void theMemoryIsKnownAndClaimsAreAllocatedByIt() {
    for (String node : RealCluster.NODES) {
      assertThat(cluster.gas(node).getSpec().allocatable().values())
          .hasSize(2)
          .extracting(AllocatableDevice::memory)
          .containsOnly(RealCluster.FLEX_170_MIB);
    }
    cluster.structuredTemplate("all", withMemory(RealCluster.FLEX_170_MIB));
    cluster.structuredTemplate("more", withMemory(RealCluster.FLEX_170_MIB + 1));

    cluster.structuredPod("all", ON_NODE1, Map.of("gpu", template("all")));
    cluster.structuredPod("more", ON_NODE1, Map.of("gpu", template("more")));

    cluster.awaitRunning("all");
    cluster.awaitUnschedulable("more");
  }

  private static String withMemory(int atLeastMiB) {
    return one(
        "gpu.intel.com",
        "selectors: [{cel: {expression:"
            + " 'device.capacity[\"gpu.intel.com\"].memory.compareTo(quantity(\"%dMi\")) >= 0'}}]"
                .formatted(atLeastMiB));
  }

  @Test
  void theAgentSeesTheNodesControlGroupsAndCannotChangeThem() {
    for (String node : RealCluster.NODES) {
      Path agent = Processes.of(cluster.agentOn(node), "quarkus-run.jar");

      assertThat(agent.resolve("root/host/sys/fs/cgroup")).isNotEmptyDirectory();
      assertThat(Processes.writableMounts(agent)).doesNotContain("/host/sys/fs/cgroup");
      assertThat(Processes.status(agent, "CapEff")).isEqualTo("0000000000000000");
    }
  }
}
