package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** While no node agent runs, claims are released but none is allocated. */
class AgentGoneIT {

  @RegisterExtension final RealCluster cluster = new RealCluster();

  private final Driver driver = new Driver(cluster);

  @AfterEach
  void startAgents() {
    driver.startAgents();
  }

  @Test
  void claimsAreGivenBackWhileTheAgentsAreGoneAndAllocatedOnceTheyAreBack() {
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.claim("deleted", "p", "Immediate");
    cluster.claim("released", "p", "WaitForFirstConsumer");
    cluster.awaitAllocated("deleted");

    driver.stopAgents();
    for (String node : RealCluster.NODES) {
      cluster.eventually(
          node + " is not ready",
          () -> assertThat(cluster.gas(node).getStatus()).isEqualTo("NotReady"));
    }
    cluster.deleteClaim("deleted");
    cluster.eventually("it goes", () -> assertThat(cluster.claims()).hasSize(1));
    cluster.eventually(
        "no GAS has a trace of it", () -> assertThat(cluster.claimUidsInAnyGas()).isEmpty());

    cluster.claim("waits", "p", "Immediate");
    cluster.pod("pod", "", Map.of("gpu", RealCluster.ofClaim("released")));
    assertThat(cluster.awaitWarning(cluster.getPod("pod"), "NoSuitableNode"))
        .contains("node1, node2: its GpuAllocationState is not Ready");
    cluster.awaitWarning(cluster.getClaim("waits"), "NoSuitableNode");
    assertThat(cluster.isAllocated("waits")).isFalse();

    driver.startAgents();

    cluster.awaitAllocated("waits");
    cluster.awaitRunning("pod");
  }
}
