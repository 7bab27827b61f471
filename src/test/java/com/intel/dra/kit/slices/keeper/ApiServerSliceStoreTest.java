package com.intel.dra.kit.slices.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.kit.client.AnsweringApiServer;
import com.intel.dra.kit.slices.pool.Pools;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The requests that are sent, and how the answers are understood. */
class ApiServerSliceStoreTest {

  private static final String SLICES = "/apis/resource.k8s.io/v1/resourceslices";

  private volatile int status = 200;
  private volatile String answer = "{}";
  private volatile String nextPage = "{}";
  private AnsweringApiServer server;
  private List<AnsweringApiServer.Request> requests;
  private KubernetesClient client;
  private ApiServerSliceStore store;

  private final ResourceSlice slice =
      new ResourceSliceBuilder()
          .withNewMetadata()
          .withName("00000-x")
          .withUid("uid-1")
          .withResourceVersion("7")
          .endMetadata()
          .withNewSpec()
          .withDriver(Pools.DRIVER)
          .withNodeName(Pools.NODE)
          .withDevices(Pools.device("card-0"))
          .endSpec()
          .build();

  @BeforeEach
  void serve() throws IOException {
    server =
        new AnsweringApiServer(
            request ->
                new AnsweringApiServer.Answer(
                    status, request.uri().contains("continue=") ? nextPage : answer));
    requests = server.requests();
    client = server.client();
    store = new ApiServerSliceStore(client, new SliceSettings(Pools.DRIVER, Pools.NODE));
  }

  @AfterEach
  void close() {
    store.close();
    client.close();
    server.close();
  }

  private void answers(int status, String answer) {
    this.status = status;
    this.answer = answer;
  }

  @Test
  void aDryRunStoresNothing() throws Exception {
    answers(201, client.getKubernetesSerialization().asJson(slice));

    ResourceSlice stored = store.create(slice, true);

    assertThat(stored.getSpec().getDevices()).hasSize(1);
    assertThat(requests.getFirst().method()).isEqualTo("POST");
    assertThat(requests.getFirst().uri()).startsWith(SLICES + "?").contains("dryRun=All");
  }

  @Test
  void creatingStores() throws Exception {
    answers(201, client.getKubernetesSerialization().asJson(slice));

    store.create(slice, false);

    assertThat(requests.getFirst().uri()).startsWith(SLICES).doesNotContain("dryRun");
  }

  @Test
  void anUpdateIsOfTheVersionThatWasRead() throws Exception {
    answers(200, client.getKubernetesSerialization().asJson(slice));

    store.update(slice);

    assertThat(requests)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.method()).isEqualTo("PUT");
              assertThat(request.uri()).startsWith(SLICES + "/00000-x");
              JsonNode metadata = new ObjectMapper().readTree(request.body()).get("metadata");
              assertThat(metadata.get("resourceVersion").asText()).isEqualTo("7");
              assertThat(metadata.get("uid").asText()).isEqualTo("uid-1");
            });
  }

  @Test
  void aDeletionIsOfTheVersionThatWasRead() throws Exception {
    store.delete(slice);

    assertThat(requests)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.method()).isEqualTo("DELETE");
              assertThat(request.uri()).startsWith(SLICES + "/00000-x");
              JsonNode conditions =
                  new ObjectMapper().readTree(request.body()).get("preconditions");
              assertThat(conditions.get("resourceVersion").asText()).isEqualTo("7");
              assertThat(conditions.get("uid").asText()).isEqualTo("uid-1");
            });
  }

  @Test
  void deletingWhatIsGoneIsDone() throws Exception {
    answers(404, gone("resourceslices", "00000-x"));

    store.delete(slice);

    assertThat(requests).hasSize(1);
    assertThatExceptionOfType(SliceStoreException.Conflict.class)
        .isThrownBy(() -> store.update(slice));
  }

  @Test
  void any404OfSomethingElseSaysNothingOfASlice() {
    for (String answer :
        List.of(
            "404 page not found",
            status(404, "the server could not find the requested resource"),
            gone("resourceslices", "00000-y"),
            gone("nodes", "00000-x"))) {
      answers(404, answer);
      assertThatExceptionOfType(SliceStoreException.Failed.class)
          .as(answer)
          .isThrownBy(() -> store.delete(slice));
      assertThatExceptionOfType(SliceStoreException.Failed.class)
          .as(answer)
          .isThrownBy(() -> store.update(slice));
      assertThatExceptionOfType(SliceStoreException.Failed.class)
          .as(answer)
          .isThrownBy(() -> store.create(slice, false));
    }
  }

  private static String gone(String resource, String name) {
    return """
    {"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": 404, "reason": "NotFound",
     "message": "not found", "details": {"kind": "%s", "name": "%s"}}\
    """
        .formatted(resource, name);
  }

  @Test
  void theSlicesAreListedInPages() throws Exception {
    answers(200, page("00000-x", "next"));
    nextPage = page("00001-x", "");

    assertThat(store.list())
        .extracting(found -> found.getMetadata().getName())
        .containsExactly("00000-x", "00001-x");
    assertThat(requests).hasSize(2).allMatch(request -> request.uri().contains("limit=100"));
  }

  private static String page(String name, String next) {
    return """
    {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceSliceList", "metadata": {"continue": "%s"},
     "items": [{"metadata": {"name": "%s"}}]}\
    """
        .formatted(next, name);
  }

  @Test
  void failuresAreTold() {
    answers(409, status(409, "the object has been modified"));
    assertThatExceptionOfType(SliceStoreException.Conflict.class)
        .isThrownBy(() -> store.update(slice));
    assertThatExceptionOfType(SliceStoreException.Conflict.class)
        .isThrownBy(() -> store.delete(slice));

    answers(422, status(422, "spec.devices[0].name: Invalid value"));
    assertThatExceptionOfType(SliceStoreException.Invalid.class)
        .isThrownBy(() -> store.create(slice, true))
        .withMessageContaining("spec.devices[0].name: Invalid value");

    answers(403, status(403, "forbidden"));
    assertThatExceptionOfType(SliceStoreException.Failed.class)
        .isThrownBy(() -> store.create(slice, false))
        .withMessageContaining("forbidden");
  }

  private static String status(int code, String message) {
    return """
    {"apiVersion": "v1", "kind": "Status", "status": "Failure", "code": %d, "message": "%s"}\
    """
        .formatted(code, message);
  }

  /** Such as of something that answers in place of the API server. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"metadata\": {}}",
        "{\"metadata\": {\"name\": \"node-1\"}}",
        "{\"metadata\": {\"name\": \"node-2\", \"uid\": \"u\"}}"
      })
  void anotherObjectIsNotTakenForTheNode(String other) {
    answers(200, other);

    assertThatExceptionOfType(SliceStoreException.Failed.class)
        .isThrownBy(() -> store.nodeUid())
        .withMessageContaining("is another object");
  }

  @Test
  void theNodesUidIsReadAndItsAbsenceSeen() throws Exception {
    answers(
        200,
        """
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1", "uid": "u"}}\
        """);
    assertThat(store.nodeUid()).contains("u");

    answers(404, gone("nodes", "node-1"));
    assertThat(store.nodeUid()).isEmpty();

    for (String other :
        List.of("404 page not found", status(404, "not found"), gone("nodes", "node-2"))) {
      answers(404, other);
      assertThatExceptionOfType(SliceStoreException.Failed.class)
          .as(other)
          .isThrownBy(() -> store.nodeUid());
    }
  }

  @Test
  void onlyTheSlicesOfDriverAndNodeAreWatched() {
    var heard = new Heard();
    answers(403, status(403, "may not list"));
    try (var keeper = new SliceKeeper(store, new SliceSettings(Pools.DRIVER, Pools.NODE), heard)) {
      keeper.start();

      await().until(() -> heard.count("failed watching the ResourceSlices") > 0);
    }
    assertThat(requests.getFirst().uri())
        .startsWith(SLICES + "?")
        .contains("spec.driver%3Dcard.example.com")
        .contains("spec.nodeName%3Dnode-1")
        .as("the API server may answer from its cache")
        .contains("resourceVersion=0")
        .doesNotContain("limit=");
  }
}
