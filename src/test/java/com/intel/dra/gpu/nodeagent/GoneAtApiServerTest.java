package com.intel.dra.gpu.nodeagent;

import static com.intel.dra.gpu.nodeagent.Fixtures.BOOT;
import static com.intel.dra.gpu.nodeagent.Fixtures.allocated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which answers over the wire mean that an object is gone, and which say nothing of it. */
class GoneAtApiServerTest {

  private static final String PROXY = "404 page not found\n";
  private static final String NOT_SERVED =
      status("the server could not find the requested resource", "{}");
  private static final String ANOTHER_RESOURCE =
      status("namespaces not found", "{\"kind\": \"namespaces\", \"name\": \"c\"}");
  private static final String ANOTHER_NAME =
      status("not found", "{\"kind\": \"resourceclaims\", \"name\": \"d\"}");
  private static final String GONE =
      status(
          "resourceclaims \\\"c\\\" not found", "{\"kind\": \"resourceclaims\", \"name\": \"c\"}");
  private static final PreparedClaim CLAIM =
      new PreparedClaim("default", "c", List.of(allocated(1)));

  @TempDir Path root;

  private volatile String answer = PROXY;
  private HttpServer server;
  private KubernetesClient client;
  private TestingConfig config;

  @BeforeEach
  void serve() throws IOException {
    config = TestingConfig.below(root);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder()
                    .withAutoConfigure(false)
                    .withMasterUrl("http://localhost:" + server.getAddress().getPort())
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
  }

  @AfterEach
  void close() {
    client.close();
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      String type = answer.startsWith("{") ? "application/json" : "text/plain; charset=utf-8";
      exchange.getResponseHeaders().add("Content-Type", type);
      exchange.sendResponseHeaders(404, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static String status(String message, String details) {
    return """
    {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
     "message": "%s", "reason": "NotFound", "details": %s, "code": 404}\
    """
        .formatted(message, details);
  }

  @Test
  void aClaimOfWhichTheApiServerSaysSoIsGone() {
    answer = GONE;
    assertThat(new StructuredClaims(client).read("default", "c")).isEmpty();
    assertThat(new ClaimStore(client).mayBeInUse("uid-1", CLAIM)).isFalse();
  }

  @Test
  void any404OfSomethingElseSaysNothingOfAClaim() {
    List.of(PROXY, "", NOT_SERVED, ANOTHER_RESOURCE, ANOTHER_NAME).forEach(this::saysNothing);
  }

  private void saysNothing(String said) {
    answer = said;
    assertThatExceptionOfType(KubernetesClientException.class)
        .as(said)
        .isThrownBy(() -> new StructuredClaims(client).read("default", "c"));
    assertThatExceptionOfType(KubernetesClientException.class)
        .as(said)
        .isThrownBy(() -> new ClaimStore(client).mayBeInUse("uid-1", CLAIM));
  }

  @Test
  void aGasOfWhichTheApiServerSaysSoIsGone() {
    var store = new GasStore(client, config);
    GpuAllocationState gas = Fixtures.gas(Map.of(), Map.of(), Map.of(), "Ready");
    answer = status("not found", "{\"kind\": \"gpuallocationstates\", \"name\": \"node1\"}");

    assertThat(store.get()).isEmpty();
    assertThat(store.patch(gas, "{}")).isEqualTo(GasStore.Outcome.MISSING);

    for (String said : List.of(PROXY, "", NOT_SERVED, ANOTHER_RESOURCE)) {
      answer = said;
      assertThatExceptionOfType(KubernetesClientException.class).as(said).isThrownBy(store::get);
      assertThatExceptionOfType(KubernetesClientException.class)
          .as("to be tried again: %s", said)
          .isThrownBy(() -> store.patch(gas, "{}"));
    }
  }

  @Test
  void noClaimIsForgottenForA404OfAProxy() throws IOException {
    PreparedClaims prepared = PreparedClaims.open(root, BOOT);
    prepared.completeFrom(Map.of());
    prepared.put("uid-1", CLAIM);
    var times = List.of(Duration.ZERO, Duration.ofHours(1), Duration.ofDays(1)).iterator();
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    var now = new Instant[] {start};
    var abandoned =
        new StructuredAbandonedClaims(
            prepared,
            new StructuredClaims(client),
            new TestingGasInformer(config),
            config,
            () -> now[0]);
    while (times.hasNext()) {
      now[0] = start.plus(times.next());
      abandoned.forget();
    }
    assertThat(prepared.all()).containsOnlyKeys("uid-1");

    answer = GONE;
    abandoned.forget();
    now[0] = now[0].plus(Duration.ofHours(1));
    abandoned.forget();
    assertThat(prepared.all()).isEmpty();
  }
}
