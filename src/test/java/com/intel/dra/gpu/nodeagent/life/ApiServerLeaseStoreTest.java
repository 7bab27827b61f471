package com.intel.dra.gpu.nodeagent.life;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gas;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EnableKubernetesMockClient(crud = true)
class ApiServerLeaseStoreTest {

  @SuppressWarnings("NullAway.Init") // set by the extension
  KubernetesClient client;

  @TempDir Path root;

  private ApiServerLeaseStore store;

  @BeforeEach
  void start() {
    store = new ApiServerLeaseStore(client, TestingConfig.below(root), Clock.systemUTC());
  }

  private static GpuAllocationState owner(String uid) {
    GpuAllocationState owner = gas(Map.of(), Map.of(), Map.of(), "Ready");
    owner.getMetadata().setUid(uid);
    return owner;
  }

  private Lease stored() {
    return Objects.requireNonNull(
        client.leases().inNamespace("gpu").withName("intel-gpu-node1").get());
  }

  @Test
  void theFirstRenewalMakesTheLease() {
    store.renew(owner("a"));

    Lease lease = stored();
    assertThat(lease.getMetadata().getLabels())
        .containsEntry(AgentLease.LABEL, AgentLease.LABEL_VALUE);
    assertThat(lease.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(
            reference -> {
              assertThat(reference.getKind()).isEqualTo("GpuAllocationState");
              assertThat(reference.getName()).isEqualTo("node1");
              assertThat(reference.getUid()).isEqualTo("a");
            });
    assertThat(lease.getSpec().getHolderIdentity()).isEqualTo("agent-pod");
    assertThat(lease.getSpec().getLeaseDurationSeconds()).isEqualTo(40);
  }

  @Test
  void eachRenewalIsSeenAndFollowsTheGas() {
    store.renew(owner("a"));
    Lease first = stored();
    store.renew(owner("b"));

    assertThat(stored().getSpec().getRenewTime()).isAfter(first.getSpec().getRenewTime());
    assertThat(stored().getMetadata().getOwnerReferences().getFirst().getUid()).isEqualTo("b");
  }

  @Test
  void aLeaseThatWasDeletedIsMadeAnew() {
    store.renew(owner("a"));
    client.resource(stored()).delete();
    store.renew(owner("a"));

    assertThat(stored().getSpec().getHolderIdentity()).isEqualTo("agent-pod");
  }

  @Test
  void aLeaseThatSomebodyElseWroteIsTakenOver() {
    store.renew(owner("a"));
    client
        .resource(
            new LeaseBuilder(stored()).editSpec().withHolderIdentity("another").endSpec().build())
        .update();
    store.renew(owner("a"));

    assertThat(stored().getSpec().getHolderIdentity()).isEqualTo("agent-pod");
  }
}
