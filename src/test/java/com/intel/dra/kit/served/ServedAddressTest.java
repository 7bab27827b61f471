package com.intel.dra.kit.served;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServedAddressTest {

  private static final String HOST = "https://10.0.0.1:443";

  private static final String SLICE =
      """
      {"apiVersion": "resource.k8s.io/v1beta1", "kind": "ResourceSlice",
       "metadata": {"name": "x"}, "spec": {"driver": "gpu.intel.com", "nodeName": "n",
       "pool": {"name": "n", "generation": 1, "resourceSliceCount": 1},
       "devices": [{"name": "d", "basic": {"attributes": {"model": {"string": "A770"}}}}]}}
      """;

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          V1ALPHA1, v1alpha2/namespaces/a/resourceclaims/b/status, v1alpha1/namespaces/a/resourceclaims/b/status
          V1ALPHA1, v1alpha2/resourceclasses?watch=true, v1alpha1/resourceclasses?watch=true
          V1ALPHA1, v1alpha2/podschedulingcontexts?limit=500, v1alpha1/podschedulings?limit=500
          V1ALPHA1, v1alpha2/namespaces/a/podschedulingcontexts/b/status, v1alpha1/namespaces/a/podschedulings/b/status
          V1ALPHA1, v1alpha2/namespaces/podschedulingcontexts/resourceclaims/podschedulingcontexts, v1alpha1/namespaces/podschedulingcontexts/resourceclaims/podschedulingcontexts
          V1ALPHA1, v1alpha2/namespaces/podschedulingcontexts/podschedulingcontexts/podschedulingcontexts, v1alpha1/namespaces/podschedulingcontexts/podschedulings/podschedulingcontexts
          V1ALPHA3, v1/resourceslices?fieldSelector=spec.driver%3Dgpu.intel.com%2Cspec.nodeName%3Dn&watch=true, v1alpha3/resourceslices?fieldSelector=spec.driver%3Dgpu.intel.com%2Cspec.nodeName%3Dn&watch=true
          V1BETA1, v1/resourceslices?dryRun=All, v1beta1/resourceslices?dryRun=All
          V1BETA2, v1/namespaces/a/resourceclaims/b, v1beta2/namespaces/a/resourceclaims/b
          """)
  void aRequestGoesToTheServedVersion(ServedVersion served, String asked, String address) {
    for (String host : List.of(HOST, HOST + "/k8s/clusters/c-1")) {
      String folder = host + "/apis/resource.k8s.io/";
      assertThat(ServedAddress.address(URI.create(folder + asked), served))
          .isEqualTo(URI.create(folder + address));
    }
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          V1ALPHA1, /apis/resource.k8s.io/v1/resourceslices
          V1BETA1, /apis/resource.k8s.io/v1alpha2/resourceclasses
          V1BETA1, /apis/resource.k8s.io/v1beta1
          V1BETA1, /apis/resource.k8s.io
          V1BETA1, /apis/gpu.dra.intel.com/v1alpha2/gpuallocationstates
          V1BETA1, /api/v1/namespaces/a/pods/b?x=/apis/resource.k8s.io/v1/resourceslices
          """)
  void otherRequestsStayAsTheyAre(ServedVersion served, String path) {
    URI asked = URI.create(HOST + path);

    assertThat(ServedAddress.address(asked, served)).isEqualTo(asked);
  }

  @Test
  void readsWritesAndWatchesOfTheClientGoThere() throws Exception {
    var server = new KubernetesMockServer(false);
    server.init();
    String slices = "/apis/resource.k8s.io/v1beta1/resourceslices";
    server
        .expect()
        .get()
        .withPath(slices + "?fieldSelector=spec.nodeName%3Dn")
        .andReturn(HttpURLConnection.HTTP_OK, "{\"items\": [%s]}".formatted(SLICE))
        .once();
    server
        .expect()
        .withPath(slices + "?allowWatchBookmarks=true&fieldSelector=spec.nodeName%3Dn&watch=true")
        .andUpgradeToWebSocket()
        .open("{\"type\": \"ADDED\", \"object\": %s}".formatted(SLICE))
        .done()
        .once();
    server
        .expect()
        .post()
        .withPath(slices + "?dryRun=All")
        .andReturn(HttpURLConnection.HTTP_CREATED, SLICE)
        .once();
    var api = new ServedApi();
    try (KubernetesClient client = client(server, api)) {
      api.use(ServedVersion.V1BETA1);
      var ofTheNode = client.resources(ResourceSlice.class).withField("spec.nodeName", "n");

      assertThatTheModelIsShown(ofTheNode.list().getItems().getFirst());
      var seen = new CompletableFuture<ResourceSlice>();
      try (var _ = ofTheNode.watch(new FirstEvent(seen))) {
        assertThatTheModelIsShown(seen.get(30, TimeUnit.SECONDS));
      }
      assertThatTheModelIsShown(client.resource(new ResourceSlice()).dryRun().create());
    } finally {
      server.destroy();
    }
  }

  private static KubernetesClient client(KubernetesMockServer server, ServedApi api) {
    var mapper = new ObjectMapper();
    new ServedJson(api).customize(mapper);
    try (KubernetesClient plain = server.createClient()) {
      return new KubernetesClientBuilder()
          .withConfig(plain.getConfiguration())
          .withKubernetesSerialization(new KubernetesSerialization(mapper, true))
          .withHttpClientBuilderConsumer(
              http -> http.addOrReplaceInterceptor("served", new ServedAddress(api)))
          .build();
    }
  }

  private static void assertThatTheModelIsShown(ResourceSlice slice) {
    assertThat(slice.getSpec().getDevices())
        .singleElement()
        .satisfies(device -> assertThat(device.getAttributes()).containsKey("model"));
  }

  private record FirstEvent(CompletableFuture<ResourceSlice> slice)
      implements Watcher<ResourceSlice> {

    @Override
    public void eventReceived(Action action, ResourceSlice seen) {
      slice.complete(seen);
    }

    @Override
    public void onClose(WatcherException cause) {
      slice.completeExceptionally(cause);
    }
  }
}
