package com.intel.dra.gpu.nodeagent.app;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocationPatch;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.entries;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.uid;
import static com.intel.dra.kit.kubelet.server.TestingKubelet.claim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.gpu.logs.WiredLogFilter;
import com.intel.dra.gpu.metrics.Application;
import com.intel.dra.gpu.metrics.CatalogueAssert;
import com.intel.dra.gpu.metrics.Exposition;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.kit.kubelet.proto.v1alpha2.NodePrepareResourceRequest;
import com.intel.dra.kit.kubelet.server.TestingKubelet;
import com.intel.dra.kit.kubelet.server.TestingKubelet.Authority;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.test.kubernetes.client.WithKubernetesTestServer;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The application as Quarkus builds and starts it, with the operator SDK. */
@QuarkusTest
@TestProfile(NodeAgentApplicationTest.NodeAgentProfile.class)
@QuarkusTestResource(value = SimulatedNodeResource.class, restrictToAnnotatedClass = true)
@WithKubernetesTestServer
@SuppressWarnings("NullAway.Init") // injected
class NodeAgentApplicationTest {

  public static class NodeAgentProfile implements QuarkusTestProfile {
    @Override
    public String getConfigProfile() {
      return "node-agent,test";
    }

    /**
     * Uses any free port, because something else may use the usual one on the machine that builds.
     */
    @Override
    public Map<String, String> getConfigOverrides() {
      // the mock API server does not serve resource.k8s.io, from which the agent would choose the
      // mode
      return Map.of("quarkus.management.test-port", "0", "gpu.dra-mode", "classic");
    }
  }

  @Inject KubernetesClient client;
  @Inject AgentConfig config;

  @TestHTTPResource(value = "/", management = true)
  URI management;

  private final TestingKubelet kubelet = new TestingKubelet(Authority.RAW_PATH);

  @AfterEach
  void close() {
    kubelet.close();
  }

  @Test
  void aClaimIsPreparedAndTheGasTellsOfIt() {
    createNode();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(gas().getStatus()).isEqualTo("Ready"));
    assertThat(entries(gas().getSpec().allocatable())).containsOnlyKeys(uid(3));
    await()
        .untilAsserted(
            () ->
                assertThat(get("/q/health").statusCode())
                    .as(get("/q/health").asString())
                    .isEqualTo(200));

    client.resource(gas()).patch(PatchContext.of(PatchType.JSON_MERGE), allocationPatch("a", 3));
    var response =
        kubelet.prepare(
            pluginSocket(), claim("a", new ResourceHandle(List.of(allocated(3))).encode()));

    assertThat(response.getClaimsOrThrow("a").getCdiDevicesList())
        .containsExactly("intel.com/gpu=" + uid(3));
    await()
        .untilAsserted(() -> assertThat(entries(gas().getSpec().prepared())).containsOnlyKeys("a"));
    var metrics = new Exposition(get("/q/metrics").asString());
    CatalogueAssert.assertShowsTheCatalogue(metrics, Application.NODE_AGENT);
    assertThat(
            metrics.value(
                "gpu_dra_prepare_requests_total", "api_version=\"v1alpha3\"", "result=\"success\""))
        .isEqualTo(1);
    assertThat(metrics.value("gpu_dra_prepare_duration_seconds_count", "result=\"success\""))
        .isEqualTo(1);
    assertThat(metrics.value("gpu_dra_calls_in_flight", "call=\"prepare\"")).isZero();
    assertThat(metrics.value("gpu_dra_prepared_claims")).isEqualTo(1);
    assertThat(metrics.value("gpu_dra_allocated_claims")).isEqualTo(1);
    assertThat(metrics.value("gpu_dra_gpus")).isEqualTo(1);
    assertThat(metrics.value("gpu_dra_memory_allocatable_bytes"))
        .isGreaterThan(metrics.value("gpu_dra_memory_allocated_bytes"))
        .isPositive();
    assertThat(metrics.value("gpu_dra_device_health", "state=\"healthy\"")).isEqualTo(1);
    assertThat(
            metrics.value(
                "gpu_dra_api_writes_total", "kind=\"GpuAllocationState\"", "result=\"written\""))
        .isGreaterThanOrEqualTo(2);
    assertThat(metrics.value("gpu_dra_reconciliation_duration_seconds_count", "result=\"success\""))
        .isPositive();
    assertThat(metrics.text()).as("figures by the names of objects").doesNotContain("operator_sdk");

    client.resource(gas()).delete();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(entries(gas().getSpec().prepared())).containsOnlyKeys("a"));

    kubelet.unprepare(pluginSocket(), claim("a", ""));
    await().untilAsserted(() -> assertThat(entries(gas().getSpec().prepared())).isEmpty());
  }

  @Test
  void aFailedCallOfTheOldestVersionIsAnsweredWithItsStatus() {
    var request =
        NodePrepareResourceRequest.newBuilder()
            .setNamespace("default")
            .setClaimName("claim")
            .setClaimUid("b")
            .setResourceHandle(new ResourceHandle(List.of(allocated(9))).encode())
            .build();

    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> kubelet.v1alpha2(pluginSocket()).nodePrepareResource(request))
        .satisfies(
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
              assertThat(e.getStatus().getDescription()).contains(uid(9), "node1");
            });
  }

  @Test
  void onTcpThereAreHealthAndMetricsAlone() {
    assertThat(kubelet.getInfo(registrationSocket()).getName()).isEqualTo(GpuApi.DRIVER_NAME);
    assertThat(get("/q/health/live").statusCode()).isEqualTo(200);
    // the main HTTP server, on which Quarkus would serve gRPC, is not open
    assertThatThrownBy(() -> connect(8081)).isInstanceOf(ConnectException.class);
  }

  @Test
  void namesInRequestsCannotForgeALineOfTheLog() {
    WiredLogFilter.assertThatNoLineCanBeForged();
  }

  @Test
  void threadsInheritNoFieldsOfTheLog() throws InterruptedException {
    WiredLogFilter.assertThatFieldsAreOfOneThread();
  }

  private static void connect(int port) throws IOException {
    new Socket("localhost", port).close();
  }

  private void createNode() {
    client
        .resource(new NodeBuilder().withNewMetadata().withName("node1").endMetadata().build())
        .create();
  }

  private GpuAllocationState gas() {
    GpuAllocationState gas =
        client.resources(GpuAllocationState.class).inNamespace("gpu").withName("node1").get();
    assertThat(gas).isNotNull();
    return gas;
  }

  private io.restassured.response.Response get(String path) {
    return RestAssured.given().baseUri(management.resolve("/").toString()).get(path);
  }

  private Path pluginSocket() {
    return config.pluginDir(DraMode.CLASSIC).resolve("plugin.sock");
  }

  private Path registrationSocket() {
    return config.registryDir().resolve(GpuApi.DRIVER_NAME + ".sock");
  }
}
