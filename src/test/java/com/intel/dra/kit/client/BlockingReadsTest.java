package com.intel.dra.kit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockingReadsTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  private static final String CLAIM =
      """
      {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": {"name": "c", "namespace": "ns", "uid": "u"}}\
      """;

  private Answers server;

  @BeforeEach
  void serve() throws IOException {
    server = new Answers();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** Answers each request with the next of these texts; byte by byte if there is a pause. */
  private static final class Answers implements AutoCloseable {

    private final ServerSocket socket = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> answers = new CopyOnWriteArrayList<>();
    private volatile Duration betweenBytes = Duration.ZERO;

    Answers() throws IOException {
      Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
      try {
        while (true) {
          Socket connection = socket.accept();
          connections.add(connection);
          Thread.ofVirtual().start(() -> serve(connection));
        }
      } catch (IOException e) {
        // the test ends
      }
    }

    private void serve(Socket connection) {
      try (connection) {
        var in = connection.getInputStream();
        var request = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
          request.append((char) c);
          if (request.toString().endsWith("\r\n\r\n")) {
            requests.add(request.toString());
            request.setLength(0);
            if (!answers.isEmpty()) {
              write(answers.removeFirst(), connection.getOutputStream());
            }
          }
        }
      } catch (IOException | InterruptedException e) {
        // the client or the test has ended the connection
      }
    }

    private void write(String answer, OutputStream out) throws IOException, InterruptedException {
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      if (betweenBytes.isZero()) {
        out.write(bytes);
        return;
      }
      for (byte each : bytes) {
        out.write(each);
        Thread.sleep(betweenBytes);
      }
    }

    Config config() {
      return new ConfigBuilder()
          .withAutoConfigure(false)
          .withMasterUrl("http://localhost:" + socket.getLocalPort())
          .withAutoOAuthToken("a-token")
          .build();
    }

    @Override
    public void close() throws IOException {
      socket.close();
      for (Socket connection : connections) {
        connection.close();
      }
    }
  }

  private BlockingReads<ResourceClaim> reads(Duration answerWithin) {
    try (KubernetesClient client =
        new KubernetesClientBuilder().withConfig(server.config()).build()) {
      return BlockingReads.of(client, ResourceClaim.class, answerWithin).orElseThrow();
    }
  }

  private static String whole(int status, String body) {
    return "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(status, body.length(), body);
  }

  private static Optional<String> uid(Optional<ResourceClaim> read) {
    return read.map(claim -> claim.getMetadata().getUid());
  }

  @Test
  void objectsAreReadOneAfterTheOtherOverOneConnection() {
    server.answers.addAll(List.of(whole(200, CLAIM), whole(200, CLAIM)));
    var reads = reads(LONG);

    assertThat(uid(reads.read("ns", "c"))).contains("u");
    assertThat(uid(reads.read("ns", "c"))).contains("u");

    assertThat(server.connections).hasSize(1);
    assertThat(server.requests.getFirst())
        .startsWith("GET /apis/resource.k8s.io/v1/namespaces/ns/resourceclaims/c HTTP/1.1\r\n")
        .contains("Host: localhost:")
        .contains("Authorization: Bearer a-token\r\n");
    assertThat(server.requests).hasSize(2);
  }

  @Test
  void anAnswerInChunksIsPutTogether() {
    String first = CLAIM.substring(0, 20);
    String second = CLAIM.substring(20);
    server.answers.add(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x;a=b\r\n%s\r\n0\r\n\r\n"
            .formatted(first.length(), first, second.length(), second));
    server.answers.add(whole(200, CLAIM));
    var reads = reads(LONG);

    assertThat(uid(reads.read("ns", "c"))).contains("u");
    assertThat(uid(reads.read("ns", "c"))).contains("u");
    assertThat(server.connections).hasSize(1);
  }

  @Test
  void anotherAnswerIsLeftToTheClient() {
    server.answers.addAll(List.of(whole(404, "{}"), whole(200, CLAIM)));
    var reads = reads(LONG);

    assertThat(reads.read("ns", "c")).isEmpty();
    assertThat(uid(reads.read("ns", "c"))).contains("u");
    assertThat(server.connections).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-server\r\n\r\n",
        "HTTP/1.1 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{\"a\""
      })
  void whatIsNoAnswerIsLeftToTheClientAndEndsTheConnection(String answer) {
    server.answers.addAll(List.of(answer, whole(200, CLAIM)));
    var reads = reads(LONG);

    assertThat(reads.read("ns", "c")).isEmpty();
    assertThat(uid(reads.read("ns", "c"))).contains("u");
  }

  @Test
  void aConnectionThatTheServerEndsIsNotUsedAgain() {
    server.answers.add(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(CLAIM.length(), CLAIM));
    server.answers.add(whole(200, CLAIM));
    var reads = reads(LONG);

    assertThat(uid(reads.read("ns", "c"))).contains("u");
    assertThat(uid(reads.read("ns", "c"))).contains("u");
    assertThat(server.connections).hasSize(2);
  }

  @Test
  void aConnectionThatWasCutIsReplaced() throws IOException {
    server.answers.addAll(List.of(whole(200, CLAIM), whole(200, CLAIM)));
    var reads = reads(LONG);
    assertThat(uid(reads.read("ns", "c"))).contains("u");

    server.connections.getFirst().close();

    assertThat(uid(reads.read("ns", "c"))).contains("u");
    assertThat(server.connections).hasSize(2);
  }

  @Test
  void aServerThatDoesNotAnswerIsNotWaitedForLongerThanTheLimit() {
    var reads = reads(Duration.ofMillis(20));

    assertThatExceptionOfType(KubernetesClientException.class)
        .isThrownBy(() -> reads.read("ns", "c"))
        .withMessageContaining("did not answer within");
  }

  /** With what it sends, it goes on for hours. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n%s",
        "HTTP/1.1 200 OK\r\nX-Long: %s",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 1000000\r\n\r\n%s"
      })
  void anAnswerThatComesByteByByteIsNotWaitedForLongerThanTheLimit(String answer) throws Exception {
    server.betweenBytes = Duration.ofMillis(5);
    server.answers.add(answer.formatted("x".repeat(1_000_000)));
    var reads = reads(Duration.ofMillis(200));
    var ended = new CompletableFuture<Throwable>();

    Thread.ofVirtual().start(() -> ended.complete(catchThrowable(() -> reads.read("ns", "c"))));

    assertThat(ended.get(1, TimeUnit.MINUTES))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("did not answer within");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "null",
        "# comment",
        "@",
        "<html>\n<style>a { b: c }</style>\n</html>",
        "{\"metadata\": {}}",
        "{\"kind\": \"Pong\", \"metadata\": {\"name\": \"other\", \"uid\": \"x\"}}",
        "{\"metadata\": {\"name\": \"c\", \"namespace\": \"ns\"}}"
      })
  void anAnswerOfSomebodyElseIsLeftToTheClient(String body) {
    server.answers.addAll(List.of(whole(200, body), whole(200, CLAIM)));
    var reads = reads(LONG);

    assertThat(reads.read("ns", "c")).isEmpty();
    assertThat(uid(reads.read("ns", "c"))).contains("u");
  }

  @ParameterizedTest
  @ValueSource(ints = {201, 203, 302, 401, 503})
  void anotherStatusLeavesTheConnectionForTheNextRead(int status) {
    server.answers.addAll(List.of(whole(status, "elsewhere"), whole(200, CLAIM)));
    var reads = reads(LONG);

    assertThat(reads.read("ns", "c")).isEmpty();
    assertThat(uid(reads.read("ns", "c"))).contains("u");
    assertThat(server.connections).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "a/b", "a%2Fb", "a b", "A", "a..b", "a\r\nX: y", ".a"})
  void aNameThatIsNotPlainIsLeftToTheClient(String name) {
    var reads = reads(LONG);

    assertThat(reads.read(name, "c")).isEmpty();
    assertThat(reads.read("ns", name)).isEmpty();
    assertThat(server.connections).isEmpty();
  }

  @Test
  void aTokenThatIsNoHeaderIsLeftToTheClient() {
    Config config = server.config();
    config.setAutoOAuthToken("a\r\nX-Remote-User: admin");
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      var reads = BlockingReads.of(client, ResourceClaim.class, LONG).orElseThrow();

      assertThat(reads.read("ns", "c")).isEmpty();
      assertThat(server.requests).isEmpty();
    }
  }

  @Test
  void aProxyIsLeftToTheClient() {
    Config config = server.config();
    config.setHttpProxy("http://localhost:1");
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      assertThat(BlockingReads.of(client, ResourceClaim.class, LONG)).isEmpty();
    }
  }

  @Test
  void certificatesAreThoseThatTheClientTrusts() {
    var mock = new KubernetesMockServer(true);
    mock.init();
    mock.expect()
        .get()
        .withPath("/apis/resource.k8s.io/v1/namespaces/ns/resourceclaims/c")
        .andReturn(
            200,
            new ResourceClaimBuilder()
                .withNewMetadata()
                .withName("c")
                .withNamespace("ns")
                .withUid("secured")
                .endMetadata()
                .build())
        .always();
    try (KubernetesClient trusting = mock.createClient();
        KubernetesClient other =
            new KubernetesClientBuilder()
                .withConfig(
                    new ConfigBuilder(trusting.getConfiguration())
                        .withTrustCerts(false)
                        .withCaCertData(null)
                        .build())
                .build()) {
      assertThat(
              uid(
                  BlockingReads.of(trusting, ResourceClaim.class, LONG)
                      .orElseThrow()
                      .read("ns", "c")))
          .contains("secured");
      assertThat(BlockingReads.of(other, ResourceClaim.class, LONG).orElseThrow().read("ns", "c"))
          .isEmpty();
    } finally {
      mock.destroy();
    }
  }
}
