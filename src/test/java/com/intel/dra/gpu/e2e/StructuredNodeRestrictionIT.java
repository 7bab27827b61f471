package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** deploy/components/node-restriction in structured DRA: an agent writes of its own node only. */
@Tag("structured")
class StructuredNodeRestrictionIT {

  private static final String OWN = "e2e-slice";
  private static final String MARK = "{\"metadata\":{\"annotations\":{\"e2e\":\"x\"}}}";

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  private final DriverIdentity identity = new DriverIdentity(cluster);

  @AfterEach
  void deleteSlice() {
    cluster.client().resources(ResourceSlice.class).withName(OWN).delete();
  }

  @Test
  void anAgentWritesTheSlicesOfItsOwnNodeAndOfNoOther() {
    ResourceSlice other = cluster.slices("node2").getFirst();
    try (KubernetesClient agent = identity.of(cluster.agentOn("node1"))) {
      assertForbidden(() -> agent.resource(other).delete(), "resourceslices of node2");
      assertForbidden(() -> agent.resource(marked(other)).update(), "resourceslices of node2");
      assertForbidden(
          () -> agent.resource(slice(Optional.of("node2"))).create(), "resourceslices of node2");
      assertForbidden(
          () -> agent.resource(slice(Optional.empty())).create(), "resourceslices of no node");

      ResourceSlice created = agent.resource(slice(Optional.of("node1"))).create();
      assertThatCode(() -> agent.resource(created).delete()).doesNotThrowAnyException();
    }
    assertThat(cluster.slices("node2"))
        .extracting(slice -> slice.getMetadata().getUid())
        .contains(other.getMetadata().getUid());
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
      assertForbidden(() -> agent.resource(slice(Optional.of("node1"))).create(), "names no node");
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

  /** Of another driver, which no agent takes for its own. */
  private static ResourceSlice slice(Optional<String> node) {
    var spec =
        new ResourceSliceBuilder()
            .withNewMetadata()
            .withName(OWN)
            .endMetadata()
            .withNewSpec()
            .withDriver("e2e.example.com")
            .withNewPool()
            .withName("e2e")
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
