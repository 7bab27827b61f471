package com.intel.dra.gpu.nodeagent.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EnableKubernetesMockClient(crud = true)
class WaitingAgentTest {

  @SuppressWarnings("NullAway.Init") // set by the extension
  KubernetesClient client;

  @TempDir Path root;

  private NodeEvents events() {
    return new NodeEvents(client, TestingConfig.below(root), Clock.systemUTC());
  }

  @Test
  void theProbesSayThatItLivesAndWhyItIsNotReady() throws Exception {
    int port = freePort();
    try (var waiting = new WaitingAgent(port, events())) {
      waiting.waiting("nothing is served");
      waiting.waiting("it serves \"v9\"");

      assertThat(get(port, "/q/health/started").statusCode()).isEqualTo(200);
      assertThat(get(port, "/q/health/live").statusCode()).isEqualTo(200);
      HttpResponse<String> ready = get(port, "/q/health/ready");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body())
          .contains("\"status\":\"DOWN\"", "\"reason\":\"it serves \\\"v9\\\"\"");
    }
    try (var quarkus = new ServerSocket(port)) {
      assertThat(quarkus.isBound()).as("the port is free again").isTrue();
    }
  }

  @Test
  void aPortThatIsTakenDoesNotStopTheWaiting() throws Exception {
    try (var other = new ServerSocket(0);
        var waiting = new WaitingAgent(other.getLocalPort(), events())) {
      waiting.waiting("nothing is served");

      assertThat(other.isClosed()).isFalse();
    }
  }

  @Test
  void whatCannotBeUsedIsAnEventOnTheNode() {
    try (var waiting = new WaitingAgent(0, events())) {
      waiting.unusable("the API server serves none");
    }

    assertThat(client.v1().events().inNamespace("default").list().getItems())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getReason()).isEqualTo("UnsupportedKubernetes");
              assertThat(event.getInvolvedObject().getKind()).isEqualTo("Node");
              assertThat(event.getMessage()).isEqualTo("the API server serves none");
            });
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(
                  URI.create(
                      "http://%s:%d%s"
                          .formatted(
                              InetAddress.getLoopbackAddress().getHostAddress(), port, path)))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
