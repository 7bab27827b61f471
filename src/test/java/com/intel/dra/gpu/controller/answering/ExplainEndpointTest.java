package com.intel.dra.gpu.controller.answering;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.controller.explaining.SeenCluster;
import com.intel.dra.gpu.explain.ClusterView;
import com.intel.dra.gpu.explain.Explainer;
import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers over HTTP, with a cluster of one node with two GPUs, one of which is in use. */
class ExplainEndpointTest {

  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

  private static final String POD =
      "{kind: Pod, metadata: {name: a}, spec: {resourceClaims: [{name: gpu,"
          + " resourceClaimTemplateName: one}]}}";

  private final Vertx vertx = Vertx.vertx();
  private final Router router = Router.router(vertx);
  private final FakeCluster cluster = new FakeCluster();
  private boolean isOn = true;
  private Duration mostTime = Duration.ofMinutes(1);
  private final List<Socket> sockets = new ArrayList<>();
  private HttpServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  private static <T> T object(String yaml, Class<T> type) {
    return SERIALIZATION.unmarshal("---\n" + yaml, type);
  }

  private static final class FakeCluster implements SeenCluster {
    private int nodes = 1;
    private boolean isComplete = true;
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger waiting = new AtomicInteger();
    private boolean waits;

    @Override
    public boolean isComplete() {
      if (waits) {
        waiting.incrementAndGet();
        try {
          goOn.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return isComplete;
    }

    @Override
    public List<Pod> waitingPods() {
      return List.of(
          object(
              "{metadata: {namespace: team, name: waits}, spec: {nodeSelector: {secret: label},"
                  + " resourceClaims: [{name: gpu, resourceClaimName: both}]}}",
              Pod.class));
    }

    @Override
    public long changes() {
      return 0;
    }

    @Override
    public ClusterView view() {
      return new ClusterView(
          IntStream.rangeClosed(1, nodes)
              .mapToObj(
                  i ->
                      object(
                          "{metadata: {name: n%d, labels: {secret: label}}, spec: {}}".formatted(i),
                          Node.class))
              .toList(),
          List.of(
              object(
                  "{metadata: {name: s}, spec: {driver: gpu.intel.com, nodeName: n1, pool: {name:"
                      + " n1, generation: 1, resourceSliceCount: 1}, devices: [{name: g1}, {name:"
                      + " g2}]}}",
                  ResourceSlice.class)),
          List.of(object("{metadata: {name: gpu}, spec: {}}", DeviceClass.class)),
          List.of(
              object(
                  "{metadata: {namespace: team, name: holder, uid: h}, spec: {devices: {requests:"
                      + " []}}, status: {allocation: {devices: {results: [{request: r, driver:"
                      + " gpu.intel.com, pool: n1, device: g1}]}}}}",
                  ResourceClaim.class),
              object(
                  "{metadata: {namespace: team, name: both, uid: b}, spec: {devices: {requests:"
                      + " [{name: r, exactly: {deviceClassName: gpu, allocationMode: ExactCount,"
                      + " count: 2}}]}}}",
                  ResourceClaim.class)),
          List.of(),
          List.of(),
          SchedulerFeatures.ofMinor(37));
    }
  }

  private static final class ByClient implements ManifestReader.Conversion {
    @Override
    public <T> T to(JsonNode json, Class<T> type) {
      return SERIALIZATION.convertValue(json, type);
    }
  }

  private static Optional<ResourceClaimTemplate> template(String namespace, String name) {
    if (name.equals("broken")) {
      throw new KubernetesClientException("no answer");
    }
    return name.equals("one") && namespace.equals("team")
        ? Optional.of(
            object(
                "{metadata: {namespace: team, name: one}, spec: {spec: {devices: {requests: [{name:"
                    + " r, exactly: {deviceClassName: gpu, allocationMode: ExactCount, count:"
                    + " 1}}]}}}}",
                ResourceClaimTemplate.class))
        : Optional.empty();
  }

  @BeforeEach
  void serve() {
    var answers =
        new Answers(
            cluster,
            new Explainer(),
            ExplainEndpointTest::template,
            new ByClient(),
            () -> Instant.EPOCH);
    new ExplainEndpoint(() -> isOn, () -> Optional.of(answers), () -> mostTime).add(router);
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setSendBufferSize(4096))
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  @AfterEach
  void end() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    cluster.goOn.countDown();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:%d/explain/%s".formatted(server.actualPort(), path)));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(to(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        to(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return new ObjectMapper().readTree(response.body());
  }

  /** As the API server refuses, so that kubectl shows the message. */
  private static void assertRefused(HttpResponse<String> response, int status, String says)
      throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(json(response).path("kind").asText()).isEqualTo("Status");
    assertThat(json(response).path("code").asInt()).isEqualTo(status);
    assertThat(json(response).path("message").asText()).contains(says);
  }

  @Test
  void aPodThatWaits() throws IOException, InterruptedException {
    HttpResponse<String> response = get("pods/team/waits");
    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode answer = json(response);
    assertThat(answer.path("reason").asText()).isEqualTo("in_use");
    assertThat(answer.path("sentence").asText()).contains("claim team/both", "claim team/holder");
    JsonNode row = answer.at("/nodes/0/requests/0");
    assertThat(row.path("answer").asText())
        .isEqualTo("1 device is in use; 1 is free, but 2 are wanted");
    assertThat(row.at("/heldBy/0").asText()).isEqualTo("team/holder");
    assertThat(row.path("helps").asText()).isNotEmpty();
    assertThat(answer.path("notes").toString()).contains("CPU, memory");
    assertThat(response.body()).as("of the pod, only its name").doesNotContain("secret");
  }

  @Test
  void otherPodsAndPaths() throws IOException, InterruptedException {
    assertRefused(get("pods/team/other"), 404, "pod team/other does not wait");
    assertThat(get("pods/team").statusCode()).isEqualTo(404);
    assertThat(get("fit").statusCode()).isNotEqualTo(200);
  }

  @Test
  void howManyFitAndWhatStopsTheNext() throws IOException, InterruptedException {
    JsonNode answer = json(post("fit?namespace=team&replicas=3", POD));
    assertThat(answer.path("allFit").asBoolean()).isFalse();
    assertThat(answer.path("wanted").asInt()).isEqualTo(3);
    assertThat(answer.path("replicas").asInt()).isEqualTo(1);
    assertThat(answer.at("/workloads/0/nodes/0/node").asText()).isEqualTo("n1");
    assertThat(answer.at("/workloads/0/next/reason").asText()).isEqualTo("in_use");
    assertThat(answer.at("/workloads/0/next/nodes/0/requests/0/heldBy").toString())
        .contains("team/holder", "team/a-gpu");
    assertThat(answer.path("notes").toString()).contains("CPU, memory");

    assertThat(json(post("fit?namespace=team", POD)).path("allFit").asBoolean()).isTrue();
  }

  @Test
  void badQuestions() throws IOException, InterruptedException {
    assertRefused(post("fit?namespace=team", "kind: Service"), 400, "has no pods");
    assertRefused(post("fit?namespace=team", ""), 400, "has no pods");
    assertRefused(post("fit?namespace=team&replicas=0", POD), 400, "replicas is 0");
    assertRefused(post("fit?namespace=team&replicas=x", POD), 400, "replicas is x");
    assertRefused(post("fit", POD), 400, "Pod a: resourceClaimTemplateName: there is no");
    assertRefused(post("fit?namespace=../x", POD), 400, "there is no ResourceClaimTemplate one");
    assertRefused(
        post("fit?namespace=team", POD.replace("one", "broken")), 503, "could not be read");
    assertRefused(
        post("fit?namespace=team", "#" + "x".repeat(ExplainEndpoint.MAX_BODY_BYTES)),
        413,
        "larger than");
  }

  @Test
  void beforeItCanAnswer() throws IOException, InterruptedException {
    cluster.isComplete = false;
    assertRefused(get("pods/team/waits"), 503, "ask again");
    isOn = false;
    assertRefused(get("pods/team/waits"), 404, "GPU_EXPLAIN");
  }

  @Test
  void fewQuestionsAtATime() throws IOException, InterruptedException {
    cluster.waits = true;
    var sent =
        IntStream.range(0, ExplainEndpoint.MAX_QUESTIONS)
            .mapToObj(
                i ->
                    http.sendAsync(
                        to("pods/team/waits").build(), HttpResponse.BodyHandlers.ofString()))
            .toList();
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAtomic(cluster.waiting, org.hamcrest.Matchers.is(ExplainEndpoint.MAX_QUESTIONS));
    assertRefused(get("pods/team/waits"), 503, "answers others");
    cluster.goOn.countDown();
    sent.forEach(one -> assertThat(one.join().statusCode()).isEqualTo(200));
    assertThat(get("pods/team/waits").statusCode()).isEqualTo(200);
  }

  /** Such as curl sends, and forms. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; charset=no-such-one",
        "application/json",
      })
  void aBodyOfWhateverType(String type) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            to("fit?namespace=team&replicas=3")
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString("#" + "a=b&".repeat(5000) + "\n" + POD))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(json(response).path("wanted").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fit?namespace=%zz", "fit?replicas=%"})
  void addressesThatCannotBeRead(String path) throws IOException {
    try (var socket = new Socket("127.0.0.1", server.actualPort())) {
      socket
          .getOutputStream()
          .write(
              "POST /explain/%s HTTP/1.0\r\nContent-Length: 0\r\n\r\n"
                  .formatted(path)
                  .getBytes(UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertThat(answer).startsWith("HTTP/1.0 400 ").contains("\"kind\":\"Status\"");
    }
  }

  /** What waits to be read is in memory. */
  @Test
  void anAnswerThatIsNotReadKeepsItsPlace() throws IOException, InterruptedException {
    mostTime = Duration.ofHours(1);
    askWithoutReading();
    assertRefused(get("pods/team/waits"), 503, "answers others");
  }

  @Test
  void anAnswerThatIsNotReadKeepsItsPlaceForSomeTime() throws IOException, InterruptedException {
    mostTime = Duration.ofSeconds(3);
    askWithoutReading();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(get("pods/team/waits").statusCode()).isEqualTo(200));
  }

  /** Asks as many questions as are taken at a time, and reads the status of each answer only. */
  private void askWithoutReading() throws IOException {
    cluster.nodes = 50;
    String claims =
        IntStream.range(0, 16)
            .mapToObj(
                i ->
                    "{name: %s%d, exactly: {deviceClassName: gpu, allocationMode: ExactCount, count: 3}}"
                        .formatted("r".repeat(400), i))
            .collect(Collectors.joining(", "));
    String manifest =
        "{kind: ResourceClaimTemplate, metadata: {name: %s}, spec: {spec: {devices: {requests: [%s]}}}}\n"
                .formatted("long", claims)
            + ("---\n" + POD.replace("one", "long") + "\n").repeat(4);
    for (int i = 0; i < ExplainEndpoint.MAX_QUESTIONS; i++) {
      var socket = new Socket();
      sockets.add(socket);
      socket.setReceiveBufferSize(4096);
      socket.connect(new InetSocketAddress("127.0.0.1", server.actualPort()));
      socket
          .getOutputStream()
          .write(
              "POST /explain/fit?namespace=team HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(manifest.length(), manifest)
                  .getBytes(UTF_8));
      String status = "HTTP/1.1 200 OK";
      assertThat(new String(socket.getInputStream().readNBytes(status.length()), UTF_8))
          .isEqualTo(status);
    }
  }

  @Test
  void aBodyThatDoesNotComeInKeepsItsPlaceForSomeTime() throws IOException, InterruptedException {
    mostTime = Duration.ofSeconds(2);
    for (int i = 0; i < ExplainEndpoint.MAX_QUESTIONS; i++) {
      var socket = new Socket("127.0.0.1", server.actualPort());
      sockets.add(socket);
      socket
          .getOutputStream()
          .write(
              "POST /explain/fit HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nkind"
                  .getBytes(UTF_8));
    }
    for (Socket socket : sockets) {
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }
    assertThat(get("pods/team/waits").statusCode()).isEqualTo(200);
  }

  /** An answer is in memory, too. */
  @Test
  void ofManyWorkloadsSomeAreToldNodeByNode() throws IOException, InterruptedException {
    JsonNode answer =
        json(
            post(
                "fit?namespace=team",
                ("---\n" + POD.replace("name: a", "name: b") + "\n").repeat(9)));
    assertThat(answer.path("replicas").asInt()).isEqualTo(1);
    assertThat(answer.at("/workloads/1/next/nodes").size()).isEqualTo(1);
    assertThat(answer.at("/workloads/8/next/sentence").asText()).contains("in use");
    assertThat(answer.at("/workloads/8/next/nodes").size()).isZero();
    assertThat(answer.path("notes").toString()).contains("node by node only of the first");
  }

  /** Connections that send nothing, or that end, do not keep others away. */
  @Test
  void aConnectionThatEndsFreesItsPlace() throws IOException, InterruptedException {
    for (int i = 0; i < 3 * ExplainEndpoint.MAX_QUESTIONS; i++) {
      try (var socket = new Socket("127.0.0.1", server.actualPort())) {
        socket
            .getOutputStream()
            .write(
                "POST /explain/fit HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nkind"
                    .getBytes(UTF_8));
        socket.getOutputStream().flush();
      }
    }
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(get("pods/team/waits").statusCode()).isEqualTo(200));
  }
}
