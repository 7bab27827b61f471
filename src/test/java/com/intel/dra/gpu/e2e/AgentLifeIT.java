package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.TestObjects.ON_NODE1;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AgentLease;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The controller notices a node agent that stops without notice, and uses the node again as soon as
 * the agent works.
 */
class AgentLifeIT {

  @RegisterExtension final RealCluster cluster = new RealCluster();

  private final Driver driver = new Driver(cluster);
  private Optional<Pod> stopped = Optional.empty();

  @AfterEach
  void letItGoOn() {
    stopped.ifPresent(pod -> Processes.signal(pod, Driver.JAR, "CONT"));
    driver.startAgents();
  }

  @Test
  void theLeaseOfEachNodeIsRenewedByItsAgentAndBelongsToItsGas() {
    for (String node : RealCluster.NODES) {
      Lease first = lease(node);
      assertThat(first.getSpec().getHolderIdentity())
          .isEqualTo(cluster.agentOn(node).getMetadata().getName());
      assertThat(first.getSpec().getLeaseDurationSeconds())
          .isEqualTo((int) AgentLease.DURATION.toSeconds());
      assertThat(first.getMetadata().getOwnerReferences())
          .singleElement()
          .satisfies(
              owner ->
                  assertThat(owner.getUid()).isEqualTo(cluster.gas(node).getMetadata().getUid()));
      cluster.eventually(
          "the Lease of " + node + " is renewed",
          () ->
              assertThat(lease(node).getSpec().getRenewTime())
                  .isAfter(first.getSpec().getRenewTime()));
    }
  }

  @Test
  @Tag("core")
  void aKilledAgentComesBackAndPodsGoOn() {
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.template("p", "p");
    cluster.pod("before", ON_NODE1, Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("before");

    driver.killAgentIn(cluster.agentOn("node1"));

    awaitStatus("node1", "Ready");
    cluster.pod("after", ON_NODE1, Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("after");
    assertThat(cluster.phase("before")).isEqualTo("Running");
    cluster.deletePod("before");
    cluster.eventually(
        "the claim of before is released",
        () -> assertThat(cluster.gas("node1").getSpec().prepared()).hasSize(1));
  }

  @Test
  void aStoppedAgentIsNoticedNothingNewIsPlacedThereAndItComesBackByItself() {
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.template("p", "p");
    Pod agent = cluster.agentOn("node1");

    // the kubelet would restart it after some time, which would hide whether it recovers by itself
    stopped = Optional.of(agent);
    Processes.signal(agent, Driver.JAR, "STOP");

    awaitStatus("node1", "NotReady");
    assertThat(silenceEvents("node1"))
        .anySatisfy(
            event ->
                assertThat(event.getMessage())
                    .contains(
                        "the node agent has not shown for",
                        agent.getMetadata().getName(),
                        "default/" + AgentLease.nameOf("node1")));
    cluster.pod("elsewhere", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.pod("nowhere", ON_NODE1, Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.claim("immediate", "p", "Immediate");
    cluster.awaitRunning("elsewhere");
    assertThat(cluster.getPod("elsewhere").getSpec().getNodeName()).isEqualTo("node2");
    cluster.awaitAllocated("immediate");
    assertThat(cluster.devicesOf(cluster.getClaim("immediate")))
        .allSatisfy(device -> assertThat(device).startsWith("node2 "));
    assertThat(cluster.awaitWarning(cluster.getPod("nowhere"), "NoSuitableNode"))
        .contains("node1: its GpuAllocationState is not Ready");
    assertThat(cluster.gas("node2").getStatus()).isEqualTo("Ready");

    Processes.signal(agent, Driver.JAR, "CONT");
    stopped = Optional.empty();

    awaitStatus("node1", "Ready");
    cluster.awaitRunning("nowhere");
    assertThat(cluster.gas("node1").getStatus()).isEqualTo("Ready");
  }

  @Test
  void aKilledAgentThatStaysAwayIsNoticedAndItsSuccessorIsReady() {
    cluster.parameters("p", "{count: 1, memory: 1000}");
    cluster.template("p", "p");
    cluster.pod("before", ON_NODE1, Map.of("gpu", RealCluster.ofTemplate("p")));
    cluster.awaitRunning("before");
    var allocations = cluster.gas("node1").getSpec().resourceClaimAllocations();

    driver.killAgents();

    for (String node : RealCluster.NODES) {
      awaitStatus(node, "NotReady");
    }
    assertThat(cluster.gas("node1").getSpec().resourceClaimAllocations()).isEqualTo(allocations);
    cluster.pod("waits", "", Map.of("gpu", RealCluster.ofTemplate("p")));
    assertThat(cluster.awaitWarning(cluster.getPod("waits"), "NoSuitableNode"))
        .contains("node1, node2: its GpuAllocationState is not Ready");

    driver.startAgents();

    cluster.awaitRunning("waits");
    assertThat(cluster.phase("before")).isEqualTo("Running");
  }

  private void awaitStatus(String node, String status) {
    cluster.eventually(
        node + " is " + status, () -> assertThat(cluster.gas(node).getStatus()).isEqualTo(status));
  }

  private Lease lease(String node) {
    Lease lease =
        cluster
            .client()
            .leases()
            .inNamespace(RealCluster.DRIVER_NAMESPACE)
            .withName(AgentLease.nameOf(node))
            .get();
    assertThat(lease).as("the Lease of " + node).isNotNull();
    return lease;
  }

  private List<Event> silenceEvents(String node) {
    String uid = cluster.gas(node).getMetadata().getUid();
    cluster.eventually(
        "an Event on the GAS of " + node, () -> assertThat(eventsAbout(uid)).isNotEmpty());
    return eventsAbout(uid);
  }

  private List<Event> eventsAbout(String uid) {
    return cluster
        .client()
        .v1()
        .events()
        .inNamespace(RealCluster.DRIVER_NAMESPACE)
        .list()
        .getItems()
        .stream()
        .filter(event -> uid.equals(event.getInvolvedObject().getUid()))
        .filter(event -> "NodeAgentSilent".equals(event.getReason()))
        .toList();
  }
}
