package com.intel.dra.gpu.controller.leader;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.controller.app.FakeLeases;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.gpu.controller.cluster.WithoutUnusedFields;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import com.intel.dra.kit.client.AnsweringApiServer;
import com.intel.dra.kit.served.ServedAddress;
import com.intel.dra.kit.served.ServedApi;
import com.intel.dra.kit.served.ServedJson;
import com.intel.dra.kit.served.ServedVersion;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the controller sends to an API server of Kubernetes 1.26, and how it reads the answers. */
class WritesTo126Test {

  private static final String CLAIM =
      """
      {"apiVersion": "resource.k8s.io/v1alpha1", "kind": "ResourceClaim",
       "metadata": {"name": "c", "namespace": "a", "uid": "u", "resourceVersion": "7"},
       "spec": {"resourceClassName": "intel-gpu"}, "status": {}}
      """;
  private static final String SCHEDULING =
      """
      {"apiVersion": "resource.k8s.io/v1alpha1", "kind": "PodScheduling",
       "metadata": {"name": "p", "namespace": "a", "resourceVersion": "8"},
       "spec": {"selectedNode": "node1"}}
      """;

  private final ServedApi served = new ServedApi();
  private volatile String answer = "";
  private volatile int status = 200;
  private AnsweringApiServer server;
  private KubernetesClient client;
  private FencedApiServer api;

  @BeforeEach
  void serve() throws IOException {
    server = new AnsweringApiServer(_ -> new AnsweringApiServer.Answer(status, answer));
    served.use(ServedVersion.V1ALPHA1);
    var mapper = new ObjectMapper();
    new WithoutUnusedFields(false).customize(mapper);
    new ServedJson(served).customize(mapper);
    client =
        server
            .clientBuilder()
            .withKubernetesSerialization(new KubernetesSerialization(mapper, true))
            .withHttpClientBuilderConsumer(new ServedAddress(served)::addTo)
            .build();
    api = new FencedApiServer(client, FakeLeases.held());
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private <T> T read(String json, Class<T> type) {
    return client.getKubernetesSerialization().unmarshal(json, type);
  }

  @Test
  void anAllocationIsWrittenAsTextAndReadBack() {
    var device =
        new AllocatedDevice(
            4096,
            "",
            "",
            "gpu",
            DeviceUid.gpu(new PciAddress(0, 3, 0, 0), new PciDeviceId("0x56c0")).toString());
    ResourceClaim claim = read(CLAIM, ResourceClaim.class);
    claim.getStatus().setDriverName(GpuApi.DRIVER_NAME);
    claim.getStatus().setAllocation(AllocationResults.of("node1", List.of(device)));
    answer = client.getKubernetesSerialization().asJson(claim);

    Outcome<ResourceClaim> outcome = api.updateStatus(claim);

    assertThat(server.requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.method()).isEqualTo("PUT");
              assertThat(request.uri())
                  .isEqualTo("/apis/resource.k8s.io/v1alpha1/namespaces/a/resourceclaims/c/status");
              assertThat(read(request.body(), JsonNode.class).path("apiVersion").asText())
                  .isEqualTo("resource.k8s.io/v1alpha1");
              JsonNode allocation = read(request.body(), JsonNode.class).at("/status/allocation");
              assertThat(allocation.has("resourceHandles")).isFalse();
              assertThat(allocation.path("resourceHandle").asText()).contains("0000:03:00.0");
            });
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Written.class,
            written ->
                assertThat(
                        AllocationResults.devices(
                            ((ResourceClaim) written.object()).getStatus().getAllocation()))
                    .containsExactly(device));
  }

  @Test
  void theFinalizerIsPatchedThere() {
    ResourceClaim claim = read(CLAIM, ResourceClaim.class);
    claim.getMetadata().setFinalizers(List.of(GpuApi.CLAIM_FINALIZER));
    answer = CLAIM;

    assertThat(api.updateFinalizers(claim)).isInstanceOf(Outcome.Written.class);

    assertThat(server.requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.method()).isEqualTo("PATCH");
              assertThat(request.uri())
                  .startsWith("/apis/resource.k8s.io/v1alpha1/namespaces/a/resourceclaims/c");
              assertThat(read(request.body(), JsonNode.class).at("/metadata/finalizers/0").asText())
                  .isEqualTo(GpuApi.CLAIM_FINALIZER);
            });
  }

  @Test
  void aPodSchedulingIsReadAndWrittenByItsName() {
    PodSchedulingContext context = read(SCHEDULING, PodSchedulingContext.class);
    answer = SCHEDULING;

    assertThat(api.updateStatus(context)).isInstanceOf(Outcome.Written.class);

    assertThat(server.requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.uri())
                  .isEqualTo("/apis/resource.k8s.io/v1alpha1/namespaces/a/podschedulings/p/status");
              assertThat(read(request.body(), JsonNode.class).path("kind").asText())
                  .isEqualTo("PodScheduling");
            });
  }

  @Test
  void aPodSchedulingThatIsGoneIsGone() {
    PodSchedulingContext context = read(SCHEDULING, PodSchedulingContext.class);
    status = 404;
    answer =
        """
        {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound",
         "details": {"group": "resource.k8s.io", "kind": "podschedulings", "name": "p"}, "code": 404}
        """;

    assertThat(api.updateStatus(context)).isInstanceOf(Outcome.Gone.class);
  }
}
