package com.intel.dra.gpu.nodeagent.publish;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gas;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gpu;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.nodeagent.app.AgentParts;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.GasPublication;
import com.intel.dra.gpu.nodeagent.gas.MockedGasStore;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The result of the agent's writes if another client writes at the same time. */
@EnableKubernetesMockClient
class GasConflictTest {

  private static final String PATH =
      "/apis/gpu.dra.intel.com/v1alpha/namespaces/gpu/gpuallocationstates/node1";

  @SuppressWarnings("NullAway.Init") // set by the extension
  KubernetesMockServer server;

  @SuppressWarnings("NullAway.Init") // set by the extension
  KubernetesClient client;

  @TempDir Path root;

  private GasPublication publication;
  private DesiredGas desired;
  private GasKeeper keeper;
  private GpuAllocationStateReconciler reconciler;

  @BeforeEach
  void agent() throws Exception {
    var config = TestingConfig.below(root);
    var parts =
        new AgentParts(config, new MockedGasStore(client, config), new TestingGasInformer(config));
    publication = parts.publication;
    desired = parts.desired;
    keeper = parts.keeper;
    reconciler = parts.reconciler;
    parts.devices.replace(List.of(gpu(3)));
    desired.setServing(true);
  }

  @Test
  void theReconcilerLooksAgainSoonAndTakesNothingForPublished() throws Exception {
    server
        .expect()
        .patch()
        .withPath(PATH)
        .andReturn(409, new StatusBuilder().withCode(409).build())
        .once();

    var control = reconciler.reconcile(gas(Map.of(), Map.of(), Map.of(), "NotReady"));

    assertThat(control.isNoUpdate()).isTrue();
    assertThat(control.getScheduleDelay())
        .hasValueSatisfying(delay -> assertThat(delay).isLessThan(1000));
    assertThat(publication.isPublished()).isFalse();
    assertThat(server.takeRequest().getBody().readUtf8()).contains("\"resourceVersion\":\"42\"");
  }

  @Test
  void theLastWriteBeforeStoppingIsMadeAnewOnFreshState() {
    desired.setServing(false);
    var first = gas(Map.of(), Map.of(), Map.of(), "Ready");
    var second = gas(Map.of(), Map.of(), Map.of(), "Ready");
    second.getMetadata().setResourceVersion("43");
    List.of(first, second).forEach(gas -> gas.getMetadata().setUid("u"));
    server.expect().get().withPath(PATH).andReturn(200, first).once();
    server
        .expect()
        .patch()
        .withPath(PATH)
        .andReturn(409, new StatusBuilder().withCode(409).build())
        .once();
    server.expect().get().withPath(PATH).andReturn(200, second).once();
    server.expect().patch().withPath(PATH).andReturn(200, second).once();

    assertThat(keeper.publishNow()).isTrue();
  }
}
