package com.intel.dra.gpu.controller.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.app.FakeLeases;
import com.intel.dra.kit.client.AnsweringApiServer;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * A claim that its author made so large that etcd takes no byte more: the API server answers 500.
 */
class TooLargeClaimTest {

  private static final String TOO_LARGE =
      """
      {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
       "message": "etcdserver: request is too large", "code": 500}\
      """;

  /**
   * The client's settings are those of the controller, whose client is made from a plain Config.
   */
  @Test
  void aWriteOfItIsNotRepeatedForLong() throws IOException {
    ResourceClaim claim =
        new ResourceClaimBuilder()
            .withNewMetadata()
            .withNamespace("default")
            .withName("c")
            .withResourceVersion("7")
            .endMetadata()
            .build();
    try (var server = new AnsweringApiServer(_ -> new AnsweringApiServer.Answer(500, TOO_LARGE));
        KubernetesClient once = server.client();
        KubernetesClient client =
            new KubernetesClientBuilder()
                .withConfig(
                    new ConfigBuilder()
                        .withAutoConfigure(false)
                        .withMasterUrl(once.getConfiguration().getMasterUrl())
                        .build())
                .build()) {
      var api = new FencedApiServer(client, FakeLeases.held());
      assertThatExceptionOfType(KubernetesClientException.class)
          .isThrownBy(() -> api.updateFinalizers(Claims.withFinalizer(claim)));

      assertThat(server.requests()).as("the reconcilers repeat it anyway").hasSizeLessThan(4);
    }
  }
}
