package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.GpuAllocationState;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The agent also runs on nodes without Intel GPUs. */
class NoGpuIT {

  @RegisterExtension final RealCluster cluster = new RealCluster(Topology.NO_GPU);

  @Test
  void theAgentIsQuietItsGasIsEmptyAndReadyAndThereIsNoCdiFile() {
    Driver driver = new Driver(cluster);

    for (String node : RealCluster.NODES) {
      driver.restartAgentIn(cluster.agentOn(node));
      cluster.eventually(
          "the GAS of " + node,
          () -> {
            GpuAllocationState gas = cluster.gas(node);
            assertThat(gas.getStatus()).isEqualTo("Ready");
            assertThat(gas.getSpec().allocatable()).isEmpty();
          });
      // longer than the interval between two reads of sysfs
      cluster.stays(
          "the agent on " + node + " has nothing to complain of",
          () -> driver.complaints(cluster.agentOn(node)).isEmpty());
      assertThat(Shell.onNode(node, "ls", "/var/run/cdi")).isEmpty();
    }
  }

  @Test
  void aPodWithAClaimWaitsAndIsToldWhy() {
    cluster.parameters("p", "{count: 1}");
    cluster.template("p", "p");
    cluster.pod("pod", "", Map.of("gpu", RealCluster.ofTemplate("p")));

    assertThat(cluster.awaitWarning(cluster.getPod("pod"), "NoSuitableNode"))
        .contains("node1, node2: the node has no GPU");
  }
}
