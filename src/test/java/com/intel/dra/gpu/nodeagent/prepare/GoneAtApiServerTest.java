package com.intel.dra.gpu.nodeagent.prepare;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.BOOT;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.allocated;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.GasStore;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.nodeagent.takeover.ListedClaims;
import com.intel.dra.kit.client.AnsweringApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private AnsweringApiServer server;
  private KubernetesClient client;
  private TestingConfig config;

  @BeforeEach
  void serve() throws IOException {
    config = TestingConfig.below(root);
    server = new AnsweringApiServer(_ -> new AnsweringApiServer.Answer(404, answer));
    client = server.client();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
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
    assertThat(new ClassicClaims(client).mayBeInUse("uid-1", CLAIM)).isFalse();
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
        .isThrownBy(() -> new ClassicClaims(client).mayBeInUse("uid-1", CLAIM));
  }

  /** An empty list would say that none of the claims exists. */
  @Test
  void any404SaysNothingOfTheClaimsInAList() {
    for (String said : List.of(PROXY, "", NOT_SERVED, ANOTHER_RESOURCE, GONE)) {
      answer = said;
      assertThatExceptionOfType(KubernetesClientException.class)
          .as(said)
          .isThrownBy(() -> new ListedClaims(client).withUids(Set.of("uid-1")));
    }
  }

  @Test
  void aGasOfWhichTheApiServerSaysSoIsGone() {
    var store = new GasStore(client, config);
    GpuAllocationState gas = AgentFixtures.gas(Map.of(), Map.of(), Map.of(), "Ready");
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
            new ListedClaims(client),
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
