package com.intel.dra.gpu.nodeagent.publish;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocatable;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocation;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.entries;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gas;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gpu;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.app.AgentParts;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.gpu.nodeagent.gas.GasPublication;
import com.intel.dra.gpu.nodeagent.gas.MockedGasStore;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Creation and reconciliation of the GAS with an API server that stores objects. */
@EnableKubernetesMockClient(crud = true)
class GasAtApiServerTest {

  @SuppressWarnings("NullAway.Init") // set by the extension
  KubernetesClient client;

  @TempDir Path root;

  private NodeDevices devices;
  private GasPublication publication;
  private PreparedClaims prepared;
  private DesiredGas desired;
  private TestingGasInformer informer;
  private GasKeeper keeper;
  private GpuAllocationStateReconciler reconciler;

  @BeforeEach
  void agentWithOneGpu() throws IOException {
    var config = TestingConfig.below(root);
    informer = new TestingGasInformer(config);
    var parts = new AgentParts(config, new MockedGasStore(client, config), informer);
    devices = parts.devices;
    publication = parts.publication;
    prepared = parts.prepared;
    desired = parts.desired;
    keeper = parts.keeper;
    reconciler = parts.reconciler;
    devices.replace(List.of(gpu(3)));
    desired.setServing(true);
  }

  @Test
  void aMissingGasIsCreatedWithTheNodeAsItsOwner() {
    Node node = createNode();

    keeper.ensureExists();

    GpuAllocationState gas = stored().orElseThrow();
    assertThat(entries(gas.getSpec().allocatable()))
        .containsExactly(Map.entry(uid(3), allocatable(3)));
    assertThat(gas.getStatus()).as("the Lease, which it owns, comes first").isEqualTo("NotReady");
    var owner = new OwnerReference();
    owner.setApiVersion("v1");
    owner.setKind("Node");
    owner.setName("node1");
    owner.setUid(node.getMetadata().getUid());
    assertThat(gas.getMetadata().getOwnerReferences()).containsExactly(owner);
  }

  @Test
  void anExistingGasIsNotTouchedByTheKeeper() {
    createNode();
    GpuAllocationState before = create(Map.of("claim", allocation(3)));

    keeper.ensureExists(); // the informer has not seen it yet
    informer.gas = before;
    keeper.ensureExists();

    assertThat(stored().orElseThrow()).isEqualTo(before);
  }

  @Test
  void withoutItsNodeNoGasIsCreatedAndTheNextTimeMaySucceed() {
    keeper.ensureExists();
    assertThat(stored()).isEmpty();

    createNode();
    keeper.ensureExists();
    assertThat(stored()).isPresent();
  }

  @Test
  void reconcilingWritesTheAgentsFieldsAndKeepsTheControllers() throws IOException {
    GpuAllocationState before = create(Map.of("claim", allocation(3)));
    prepared.completeFrom(Map.of());
    prepared.put("claim", new PreparedClaim("default", "claim", List.of(allocated(3))));

    UpdateControl<GpuAllocationState> control = reconciler.reconcile(before);

    GpuAllocationState after = stored().orElseThrow();
    assertThat(entries(after.getSpec().allocatable())).containsOnlyKeys(uid(3));
    assertThat(entries(after.getSpec().prepared()))
        .containsExactly(Map.entry("claim", List.of(allocated(3))));
    assertThat(after.getSpec().resourceClaimAllocations())
        .isEqualTo(before.getSpec().resourceClaimAllocations());
    assertThat(after.getStatus()).isEqualTo("Ready");
    assertThat(control.isNoUpdate()).isTrue();
    assertThat(control.getScheduleDelay()).isEmpty();
    assertThat(publication.isPublished()).isTrue();
  }

  @Test
  void aTrueGasIsNotWritten() throws IOException {
    reconciler.reconcile(create(Map.of()));
    GpuAllocationState first = stored().orElseThrow();

    reconciler.reconcile(first);

    assertThat(stored().orElseThrow().getMetadata().getResourceVersion())
        .isEqualTo(first.getMetadata().getResourceVersion());
  }

  @Test
  void vanishedEntriesAreRemoved() throws IOException {
    reconciler.reconcile(create(Map.of("claim", allocation(3))));
    devices.replace(List.of(gpu(4)));

    reconciler.reconcile(stored().orElseThrow());

    assertThat(entries(stored().orElseThrow().getSpec().allocatable())).containsOnlyKeys(uid(4));
  }

  @Test
  void aGasThatIsGoneIsLeftToTheKeeper() throws IOException {
    GpuAllocationState gas = create(Map.of());
    client.resource(gas).delete();

    UpdateControl<GpuAllocationState> control = reconciler.reconcile(gas);

    assertThat(control.isNoUpdate()).isTrue();
    assertThat(stored()).isEmpty();
    assertThat(publication.isPublished()).isFalse();
  }

  @Test
  void aLostRecordIsRebuiltFromTheGasBeforeTheGasIsWritten() throws IOException {
    GpuAllocationState gas =
        gas(
            Map.of(),
            Map.of("still-allocated", List.of(allocated(3)), "deallocated", List.of(allocated(3))),
            Map.of("still-allocated", allocation(3)),
            "NotReady");
    gas.getMetadata().setResourceVersion(null);
    client.resource(gas).create();

    reconciler.reconcile(stored().orElseThrow());

    assertThat(prepared.all()).containsOnlyKeys("still-allocated");
    assertThat(entries(stored().orElseThrow().getSpec().prepared()))
        .containsOnlyKeys("still-allocated");
  }

  @Test
  void stoppingSaysNotReadyAndNothingElse() throws IOException {
    reconciler.reconcile(create(Map.of("claim", allocation(3))));
    GpuAllocationState ready = stored().orElseThrow();
    desired.setServing(false);

    assertThat(keeper.publishNow()).isTrue();

    GpuAllocationState stopped = stored().orElseThrow();
    assertThat(stopped.getStatus()).isEqualTo("NotReady");
    assertThat(Serialization.asJson(stopped.getSpec()))
        .isEqualTo(Serialization.asJson(ready.getSpec()));
  }

  @Test
  void withoutAGasThereIsNothingToWithdraw() {
    assertThat(keeper.publishNow()).isFalse();
  }

  private Node createNode() {
    return client
        .resource(new NodeBuilder().withNewMetadata().withName("node1").endMetadata().build())
        .create();
  }

  private GpuAllocationState create(
      Map<String, com.intel.dra.gpu.api.ClaimAllocation> allocations) {
    GpuAllocationState gas = gas(Map.of(), Map.of(), allocations, "NotReady");
    gas.getMetadata().setResourceVersion(null);
    return client.resource(gas).create();
  }

  private Optional<GpuAllocationState> stored() {
    return Optional.ofNullable(
        client.resources(GpuAllocationState.class).inNamespace("gpu").withName("node1").get());
  }
}
