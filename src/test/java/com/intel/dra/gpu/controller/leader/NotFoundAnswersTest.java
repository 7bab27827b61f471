package com.intel.dra.gpu.controller.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.intel.dra.gpu.controller.app.FakeLeases;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.kit.client.AnsweringApiServer;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which answers on the wire mean that an object that the controller reads or writes is gone. */
class NotFoundAnswersTest {

  private static final List<String> OTHERS =
      List.of(
          "404 page not found\n",
          "",
          gone("namespaces", "c"),
          gone("resourceclaims", "d"),
          gone("leases.example.com", "c"));

  private final ResourceClaim claim =
      new ResourceClaimBuilder()
          .withNewMetadata()
          .withNamespace("default")
          .withName("c")
          .withResourceVersion("7")
          .endMetadata()
          .build();

  private volatile String answer = "";
  private AnsweringApiServer server;
  private KubernetesClient client;
  private FencedApiServer api;

  @BeforeEach
  void serve() throws IOException {
    server = new AnsweringApiServer(_ -> new AnsweringApiServer.Answer(404, answer));
    client = server.client();
    api = new FencedApiServer(client, FakeLeases.held());
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private static String gone(String resource, String name) {
    return """
    {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
     "message": "not found", "reason": "NotFound", "details": {"kind": "%s", "name": "%s"}, "code": 404}\
    """
        .formatted(resource, name);
  }

  @Test
  void aWriteOfWhatIsGoneSaysSo() {
    answer = gone("resourceclaims", "c");

    assertThat(api.updateStatus(claim)).isInstanceOf(Outcome.Gone.class);
    assertThat(api.updateFinalizers(claim)).isInstanceOf(Outcome.Gone.class);
  }

  @Test
  void a404OfAnybodyElseIsAFailure() {
    for (String other : OTHERS) {
      answer = other;
      assertThatExceptionOfType(KubernetesClientException.class)
          .as(other)
          .isThrownBy(() -> api.updateStatus(claim));
      assertThatExceptionOfType(KubernetesClientException.class)
          .as(other)
          .isThrownBy(() -> api.updateFinalizers(claim));
    }
  }

  @Test
  void onlyTheApiServerSaysThatNobodyHasTheLease() {
    var leases = new ApiServerLeaseReader(client, "gpu");
    answer = gone("leases", ElectionTimes.LEASE);
    assertThat(leases.leader()).isEmpty();

    for (String other : OTHERS) {
      answer = other;
      assertThatExceptionOfType(KubernetesClientException.class)
          .as(other)
          .isThrownBy(leases::leader);
    }
  }
}
