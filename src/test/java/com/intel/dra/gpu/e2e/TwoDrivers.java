package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two drivers on one node: if one fails, the other still serves. */
abstract class TwoDrivers<C extends RealCluster> {

  static final String NODE = "node1";

  /** The drivers for which a pod has a claim. */
  enum Claims {
    GPU,
    OTHER,
    BOTH
  }

  @RegisterExtension final C cluster;

  private final OtherDriver other;
  private Optional<Pod> cannotWrite = Optional.empty();

  TwoDrivers(C cluster, OtherDriver other) {
    this.cluster = cluster;
    this.other = other;
  }

  /** Makes the objects to which the pods refer. */
  abstract void makeWhatPodsReferTo();

  @BeforeEach
  void begin() {
    makeWhatPodsReferTo();
  }

  /** Makes a pod on that node with claims of its own. */
  abstract void pod(String name, Claims claims);

  @AfterEach
  void mend() {
    try {
      cannotWrite.ifPresent(agent -> Processes.letAgentWriteFiles(agent, true));
      other.setBroken(false);
      cluster.empty();
    } finally {
      other.close();
    }
  }

  @Test
  void eachServesWhileTheOtherFailsAndPodsOfBothStartWhenBothAreWell() {
    pod("both", Claims.BOTH);
    cluster.awaitRunning("both");

    other.setBroken(true);
    pod("waits-for-other", Claims.BOTH);
    awaitFailedPrepare("waits-for-other", OtherDriver.COMPLAINT);
    pod("gpu", Claims.GPU);
    cluster.awaitRunning("gpu");
    assertThat(cluster.phase("waits-for-other")).isEqualTo("Pending");
    other.setBroken(false);
    cluster.awaitRunning("waits-for-other");

    Pod agent = cluster.agentOn(NODE);
    cannotWrite = Optional.of(agent);
    Processes.letAgentWriteFiles(agent, false);
    pod("waits-for-gpu", Claims.BOTH);
    awaitFailedPrepare("waits-for-gpu", "could not be recorded on the node's disk");
    pod("other", Claims.OTHER);
    cluster.awaitRunning("other");
    assertThat(cluster.phase("waits-for-gpu")).isEqualTo("Pending");
    Processes.letAgentWriteFiles(agent, true);
    cannotWrite = Optional.empty();
    cluster.awaitRunning("waits-for-gpu");

    // a pod that never starts, because the other driver always fails
    other.setBroken(true);
    pod("never", Claims.BOTH);
    awaitFailedPrepare("never", OtherDriver.COMPLAINT);
    cluster.deletePod("never");
    cluster.eventually(
        "nothing of it is left",
        () -> {
          assertThat(cluster.pods()).hasSize(5);
          assertThat(cluster.gas(NODE).getSpec().prepared()).hasSize(4);
        });
    assertThat(cluster.pods()).allMatch(pod -> pod.getStatus().getPhase().equals("Running"));
  }

  private void awaitFailedPrepare(String pod, String message) {
    cluster.eventually(
        pod + " is told",
        () ->
            assertThat(cluster.events(cluster.getPod(pod)))
                .anySatisfy(
                    event -> {
                      assertThat(event.getReason()).isEqualTo("FailedPrepareDynamicResources");
                      assertThat(event.getMessage()).contains(message);
                    }));
  }
}
