package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * deploy/components/node-restriction in classic DRA: an agent can write only objects of its own
 * node.
 */
class NodeRestrictionIT {

  private static final String NAMESPACE = RealCluster.DRIVER_NAMESPACE;
  private static final String MARK =
      "{\"metadata\":{\"annotations\":{\"e2e.example.com/by\":\"%s\"}}}";

  @RegisterExtension final RealCluster cluster = RealCluster.withWhateverGpus();

  private final DriverIdentity identity = new DriverIdentity(cluster);

  @Test
  void anAgentWritesTheGasOfItsOwnNodeAndOfNoOther() {
    try (KubernetesClient agent = identity.of(cluster.agentOn("node1"))) {
      assertThatCode(() -> mark(agent, "node1", "agent")).doesNotThrowAnyException();
      assertThatThrownBy(() -> mark(agent, "node2", "agent"))
          .satisfies(NodeRestrictionIT::isForbidden)
          .hasMessageContaining("the node agent of node node1 may write what belongs to that node")
          .hasMessageContaining("gpuallocationstates of node2");
      assertThatThrownBy(() -> agent.resource(gas("node9")).create())
          .satisfies(NodeRestrictionIT::isForbidden)
          .hasMessageContaining("gpuallocationstates of node9");
    }
    assertThat(cluster.gas("node2").getMetadata().getAnnotations())
        .doesNotContainEntry("e2e.example.com/by", "agent");
  }

  @Test
  void aTokenThatNamesNoNodeWritesNothing() {
    try (KubernetesClient agent = identity.ofAccount(RealCluster.AGENT)) {
      assertThatThrownBy(() -> mark(agent, "node1", "nobody"))
          .satisfies(NodeRestrictionIT::isForbidden)
          .hasMessageContaining("names no node")
          .hasMessageContaining("ServiceAccountTokenPodNodeInfo");
    }
  }

  @Test
  void theControllerWritesTheGasOfEveryNode() {
    try (KubernetesClient controller =
        identity.of(cluster.podsOf(RealCluster.CONTROLLER).getFirst())) {
      for (String node : RealCluster.NODES) {
        assertThatCode(() -> mark(controller, node, "controller")).doesNotThrowAnyException();
      }
    }
  }

  /** The role is the test's own, so that the refusal comes from the policy. */
  @Test
  void anAgentWritesTheLeaseOfItsOwnNodeAndOfNoOther() {
    var role =
        new RoleBuilder()
            .withNewMetadata()
            .withName("e2e-leases")
            .withNamespace(NAMESPACE)
            .endMetadata()
            .addNewRule()
            .withApiGroups("coordination.k8s.io")
            .withResources("leases")
            .withVerbs("create", "delete")
            .endRule()
            .build();
    var binding =
        new RoleBindingBuilder()
            .withNewMetadata()
            .withName("e2e-leases")
            .withNamespace(NAMESPACE)
            .endMetadata()
            .withNewRoleRef("rbac.authorization.k8s.io", "Role", "e2e-leases")
            .addNewSubject("", "ServiceAccount", RealCluster.AGENT, NAMESPACE)
            .build();
    var admin = cluster.client();
    admin.resource(role).create();
    admin.resource(binding).create();
    try (KubernetesClient agent = identity.of(cluster.agentOn("node1"))) {
      for (String name : new String[] {"intel-gpu-node2", "node1", "intel-gpu-controller", "x"}) {
        assertThatThrownBy(() -> agent.resource(lease(name)).dryRun().create())
            .as(name)
            .satisfies(NodeRestrictionIT::isForbidden)
            .hasMessageContaining("the node agent of node node1");
      }
      assertThatCode(() -> agent.resource(lease("intel-gpu-node1")).dryRun().create())
          .satisfiesAnyOf(
              e -> assertThat(e).isNull(),
              e -> assertThat(e).hasMessageContaining("already exists"));
    } finally {
      admin.resource(binding).delete();
      admin.resource(role).delete();
    }
  }

  private static void mark(KubernetesClient client, String node, String by) {
    client
        .resources(GpuAllocationState.class)
        .inNamespace(NAMESPACE)
        .withName(node)
        .patch(PatchContext.of(PatchType.JSON_MERGE), MARK.formatted(by));
  }

  private static void isForbidden(Throwable thrown) {
    assertThat(thrown)
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(403));
  }

  private static GpuAllocationState gas(String name) {
    var gas = new GpuAllocationState();
    gas.getMetadata().setName(name);
    gas.getMetadata().setNamespace(NAMESPACE);
    return gas;
  }

  private static Lease lease(String name) {
    return new LeaseBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(NAMESPACE)
        .endMetadata()
        .build();
  }
}
