package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.memory;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two drivers on one node: when one fails, the other serves. */
@Tag("structured")
@Tag("faults")
class StructuredTwoDriversIT {

  private static final String NODE = "node1";

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  private final OtherDriver other = OtherDriver.on(NODE);
  private Optional<Pod> cannotWrite = Optional.empty();

  @BeforeEach
  void offerTheOtherDevices() {
    cluster.apply(
        """
        apiVersion: resource.k8s.io/v1
        kind: DeviceClass
        metadata: {name: %1$s}
        spec: {selectors: [{cel: {expression: 'device.driver == "%1$s"'}}]}
        ---
        apiVersion: resource.k8s.io/v1
        kind: ResourceSlice
        metadata: {name: %1$s}
        spec:
          driver: %1$s
          nodeName: %2$s
          pool: {name: %1$s, generation: 1, resourceSliceCount: 1}
          devices: [{name: %3$s, allowMultipleAllocations: true}]
        """
            .formatted(OtherDriver.NAME, NODE, OtherDriver.DEVICE));
    cluster.structuredTemplate("gpu", one("gpu.intel.com", memory("1000Mi")));
    cluster.structuredTemplate("other", one(OtherDriver.NAME, ""));
  }

  @AfterEach
  void mend() {
    cannotWrite.ifPresent(agent -> Processes.letAgentWriteFiles(agent, true));
    other.setBroken(false);
    cluster.empty();
    other.close();
  }

  @Test
  void eachServesWhileTheOtherFailsAndPodsOfBothStartWhenBothAreWell() {
    pod("both", "gpu", "other");
    cluster.awaitRunning("both");

    other.setBroken(true);
    pod("waits-for-other", "gpu", "other");
    awaitFailedPrepare("waits-for-other", OtherDriver.COMPLAINT);
    pod("gpu", "gpu");
    cluster.awaitRunning("gpu");
    assertThat(cluster.phase("waits-for-other")).isEqualTo("Pending");
    other.setBroken(false);
    cluster.awaitRunning("waits-for-other");

    Pod agent = cluster.agentOn(NODE);
    cannotWrite = Optional.of(agent);
    Processes.letAgentWriteFiles(agent, false);
    pod("waits-for-gpu", "gpu", "other");
    awaitFailedPrepare("waits-for-gpu", "could not be recorded on the node's disk");
    pod("other", "other");
    cluster.awaitRunning("other");
    assertThat(cluster.phase("waits-for-gpu")).isEqualTo("Pending");
    Processes.letAgentWriteFiles(agent, true);
    cannotWrite = Optional.empty();
    cluster.awaitRunning("waits-for-gpu");

    // a pod that never started, since the other driver fails for ever
    other.setBroken(true);
    pod("never", "gpu", "other");
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

  private void pod(String name, String... templates) {
    cluster.structuredPod(
        name,
        ON_NODE1,
        templates.length == 1
            ? Map.of(templates[0], template(templates[0]))
            : Map.of(templates[0], template(templates[0]), templates[1], template(templates[1])));
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
