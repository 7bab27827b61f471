package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.mode.DraMode;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * deploy/components/node-restriction in structured DRA: an agent can write only objects of its own
 * node.
 */
@Tag("structured")
class StructuredNodeRestrictionIT {

  private static final String OWN = "e2e-slice";
  private static final String DRIVER = DraMode.STRUCTURED.driverName();
  private static final String OTHER_DRIVER = "e2e.example.com";
  private static final String MARK = "{\"metadata\":{\"annotations\":{\"e2e\":\"x\"}}}";

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  private final DriverIdentity identity = new DriverIdentity(cluster);

  @AfterEach
  void deleteSlice() {
    cluster.client().resources(ResourceSlice.class).withName(OWN).delete();
  }

  @Test
  void anAgentWritesTheSlicesOfItsOwnNodeAndOfNoOther() {
    ResourceSlice own = cluster.slices("node1").getFirst();
    ResourceSlice other = cluster.slices("node2").getFirst();
    try (KubernetesClient agent = identity.of(cluster.agentOn("node1"))) {
      assertForbidden(() -> agent.resource(other).delete(), "resourceslices of node2");
      assertForbidden(() -> agent.resource(marked(other)).update(), "resourceslices of node2");
      assertCreateForbidden(
          agent, slice(Optional.of("node2"), "node2", DRIVER), "resourceslices of node2");
      assertCreateForbidden(
          agent, slice(Optional.of("node2"), "node1", DRIVER), "resourceslices of node2");
      assertCreateForbidden(
          agent, slice(Optional.empty(), "node1", DRIVER), "resourceslices of no node");

      // dry runs pass admission, too, and the node's agent does not see their objects
      ResourceSlice good = slice(Optional.of("node1"), "node1", DRIVER);
      assertThatCode(() -> agent.resource(good).dryRun(true).create()).doesNotThrowAnyException();
      assertThatCode(() -> agent.resource(own).dryRun(true).delete()).doesNotThrowAnyException();
    }
    assertThat(cluster.slices("node2"))
        .extracting(slice -> slice.getMetadata().getUid())
        .contains(other.getMetadata().getUid());
  }

  /** The node of a slice is not enough, because a slice counts for the pool that it names. */
  @Test
  void anAgentWritesIntoThePoolOfItsOwnNodeAndIntoNoOther() {
    try (KubernetesClient agent = identity.of(cluster.agentOn("node1"))) {
      assertCreateForbidden(
          agent, slice(Optional.of("node1"), "node2", DRIVER), "not of pool node2");
      assertCreateForbidden(
          agent, slice(Optional.of("node1"), "node1/node2", DRIVER), "not of pool node1/node2");
    }
  }

  @Test
  void anAgentWritesSlicesOfNoOtherDriver() {
    ResourceSlice others = slice(Optional.of("node1"), "node1", OTHER_DRIVER);
    try (KubernetesClient agent = identity.of(cluster.agentOn("node1"))) {
      assertCreateForbidden(agent, others, "not of driver " + OTHER_DRIVER);

      ResourceSlice created = cluster.client().resource(others).create();
      assertForbidden(() -> agent.resource(created).delete(), "not of driver " + OTHER_DRIVER);
      assertForbidden(
          () -> agent.resource(marked(created)).update(), "not of driver " + OTHER_DRIVER);
    }
  }

  @Test
  void anAgentRemovesASliceThatSomebodyPutIntoAnotherPool() {
    cluster.client().resource(slice(Optional.of("node1"), "e2e", DRIVER)).create();

    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> cluster.client().resources(ResourceSlice.class).withName(OWN).get() == null);
  }

  @Test
  void anAgentWritesTheGasOfItsOwnNodeAndOfNoOther() {
    try (KubernetesClient agent = identity.of(cluster.agentOn("node1"))) {
      assertThatCode(() -> mark(agent, "node1")).doesNotThrowAnyException();
      assertForbidden(() -> mark(agent, "node2"), "gpuallocationstates of node2");
    }
  }

  @Test
  void aTokenThatNamesNoNodeWritesNothing() {
    try (KubernetesClient agent = identity.ofAccount(RealCluster.AGENT)) {
      assertForbidden(() -> mark(agent, "node1"), "names no node");
      assertCreateForbidden(agent, slice(Optional.of("node1"), "node1", DRIVER), "names no node");
    }
  }

  private static void mark(KubernetesClient client, String node) {
    client
        .resources(GpuAllocationState.class)
        .inNamespace(RealCluster.DRIVER_NAMESPACE)
        .withName(node)
        .patch(PatchContext.of(PatchType.JSON_MERGE), MARK);
  }

  private static void assertForbidden(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(403))
        .hasMessageContaining(message);
  }

  private static ResourceSlice marked(ResourceSlice slice) {
    return new ResourceSliceBuilder(slice)
        .editMetadata()
        .addToAnnotations("e2e", "x")
        .endMetadata()
        .build();
  }

  private static void assertCreateForbidden(
      KubernetesClient agent, ResourceSlice slice, String message) {
    assertForbidden(() -> agent.resource(slice).dryRun(true).create(), message);
  }

  private static ResourceSlice slice(Optional<String> node, String pool, String driver) {
    var spec =
        new ResourceSliceBuilder()
            .withNewMetadata()
            .withName(OWN)
            .endMetadata()
            .withNewSpec()
            .withDriver(driver)
            .withNewPool()
            .withName(pool)
            .withGeneration(1L)
            .withResourceSliceCount(1L)
            .endPool()
            .addNewDevice()
            .withName("device")
            .endDevice();
    return (node.isPresent() ? spec.withNodeName(node.get()) : spec.withAllNodes(true))
        .endSpec()
        .build();
  }
}
