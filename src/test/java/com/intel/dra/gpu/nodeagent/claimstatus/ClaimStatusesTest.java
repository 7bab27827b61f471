package com.intel.dra.gpu.nodeagent.claimstatus;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.gpu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.devices.NodeDevices;
import com.intel.dra.kit.client.AnsweringApiServer;
import com.intel.dra.kit.client.AnsweringApiServer.Answer;
import com.intel.dra.kit.client.AnsweringApiServer.Request;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.time.SettableClock;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The requests to the API server, and how often they are made. */
class ClaimStatusesTest {

  private static final String PATH = "/apis/resource.k8s.io/v1/namespaces/ns/resourceclaims/claim";
  private static final ClaimReference CLAIM = new ClaimReference("ns", "claim", "uid-1");
  private static final PrepareResult PREPARED = new PrepareResult.Prepared(List.of());
  private static final PrepareResult FAILED = new PrepareResult.Failed("the GPU is on fire");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SettableClock uptime = new SettableClock();
  private final NodeDevices devices = new NodeDevices();

  /** What the API server has; it applies patches as it would if all entries had one owner. */
  private ObjectNode stored;

  private int status = 200;

  /** What happens while a patch is on its way. */
  private Runnable whenPatched = () -> {};

  private AnsweringApiServer server;
  private KubernetesClient client;
  private ClaimStatuses statuses;

  /** The first request of a process may take longer than an agent waits for an answer. */
  @BeforeAll
  static void loadTheClient() throws IOException {
    try (var server = new AnsweringApiServer(_ -> new Answer(200, claim("uid-1").toString()));
        KubernetesClient client = server.client()) {
      await()
          .atMost(Duration.ofMinutes(5))
          .ignoreExceptions()
          .until(
              () ->
                  client.resources(ResourceClaim.class).inNamespace("ns").withName("claim").get()
                      != null);
    }
  }

  @BeforeEach
  void serve() throws IOException {
    stored = claim("uid-1");
    devices.replace(List.of(gpu(3)));
    server = new AnsweringApiServer(this::answer);
    client = server.client();
    statuses = statuses(true);
  }

  private ClaimStatuses statuses(boolean on) {
    return new ClaimStatuses(
        new ClaimStatusWriter(
            client,
            devices,
            TestingConfig.below(Path.of("")),
            Clock.fixed(Instant.parse("2026-11-29T20:00:00.5Z"), ZoneOffset.UTC)),
        on,
        uptime);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static ObjectNode claim(String uid) {
    return json(
        """
        {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim",
         "metadata": {"namespace": "ns", "name": "claim", "uid": "%s"},
         "spec": {},
         "status": {"allocation": {"devices": {"results": [
           {"request": "gpu", "driver": "gpu.intel.com", "pool": "node1", "device": "0000-03-00-0-0x56c0",
            "shareID": "share-1", "consumedCapacity": {"memory": "3Gi"}},
           {"request": "nic", "driver": "nic.example.com", "pool": "node1", "device": "nic-0"}]}}}}
        """
            .formatted(uid));
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Answer answer(Request request) {
    if (request.method().equals("POST")) {
      return new Answer(201, request.body());
    }
    if (request.method().equals("PATCH")) {
      if (status != 200) {
        return new Answer(
            status,
            "{\"kind\": \"Status\", \"apiVersion\": \"v1\", \"code\": %d, \"message\": \"no\"}"
                .formatted(status));
      }
      whenPatched.run();
      ((ObjectNode) stored.path("status"))
          .set("devices", json(request.body()).path("status").path("devices"));
    }
    return new Answer(200, stored.toString());
  }

  private List<Request> sent(String method) {
    return server.requests().stream().filter(request -> request.method().equals(method)).toList();
  }

  private void tell(PrepareResult result) {
    answered(result);
    statuses.write();
  }

  /** The agent has read the claim, and answers the kubelet. */
  private void answered(PrepareResult result) {
    statuses.answered(
        CLAIM,
        Optional.of(
            client.getKubernetesSerialization().unmarshal(stored.toString(), ResourceClaim.class)),
        result);
  }

  @Test
  void theKubeletsAnswerComesFirstAndThenTheClaimSaysWhatItGot() {
    answered(PREPARED);
    assertThat(server.requests()).isEmpty();

    statuses.write();

    Request patch = sent("PATCH").getFirst();
    assertThat(patch.uri())
        .startsWith(PATH + "/status?")
        .contains("fieldManager=intel-gpu-node-agent", "force=true");
    assertThat(json(patch.body()))
        .isEqualTo(
            json(
                """
                {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim",
                 "metadata": {"namespace": "ns", "name": "claim", "uid": "uid-1"},
                 "status": {"devices": [
                   {"driver": "gpu.intel.com", "pool": "node1", "device": "0000-03-00-0-0x56c0",
                    "shareID": "share-1",
                    "data": {"type": "gpu", "model": "Flex 170", "pciAddress": "0000:03:00.0",
                             "memoryMiB": 3072},
                    "conditions": [
                      {"type": "Ready", "status": "True", "reason": "Prepared",
                       "message": "containers can use the device",
                       "lastTransitionTime": "2026-11-29T20:00:00Z"}]}]}}
                """));
    assertThat(sent("POST")).as("Events").isEmpty();
  }

  @Test
  void whatAClaimSaysAlreadyIsNotWrittenAgainAlsoByTheNextAgent() {
    tell(PREPARED);
    tell(PREPARED);
    assertThat(server.requests()).hasSize(2);

    statuses = statuses(true);
    tell(PREPARED);

    assertThat(sent("GET")).hasSize(2);
    assertThat(sent("PATCH")).hasSize(1);
  }

  @Test
  void aFailureIsToldOnceByAnEventAndSoIsItsEnd() {
    tell(FAILED);
    tell(FAILED);
    tell(new PrepareResult.Failed("the GPU still is on fire"));

    assertThat(condition()).containsExactly("False", "NotPrepared", "the GPU still is on fire");
    assertThat(sent("POST"))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.body())
                    .contains(
                        "\"ClaimNotPrepared\"", "the GPU is on fire", "\"uid-1\"", "Warning"));

    statuses = statuses(true);
    tell(PREPARED);

    assertThat(condition()).contains("True", "Prepared");
    assertThat(sent("POST")).hasSize(2);
    assertThat(sent("POST").getLast().body()).contains("\"ClaimPrepared\"", "Normal");
  }

  @Test
  void anAnswerThatComesWhileTheOneBeforeItIsWrittenIsToldToo() {
    tell(PREPARED);
    whenPatched = () -> answered(PREPARED);
    tell(FAILED);
    whenPatched = () -> {};
    statuses.write();

    assertThat(condition()).contains("True", "Prepared");
  }

  /** The entries vanish with the allocation, and nobody unprepares what was never prepared. */
  @Test
  void aFailureIsToldAgainWhenTheClaimWasAllocatedAnew() {
    tell(FAILED);
    stored = claim("uid-1");
    tell(FAILED);

    assertThat(condition()).containsExactly("False", "NotPrepared", "the GPU is on fire");
  }

  /** The kubelet forgot the claim, so nobody unprepared it before it was allocated anew. */
  @Test
  void aSuccessIsToldAgainWhenTheClaimWasAllocatedAnew() {
    tell(PREPARED);
    stored = claim("uid-1");
    tell(PREPARED);

    assertThat(condition()).contains("True", "Prepared");
  }

  @Test
  void aClaimThatCannotBeReadWasToldWhatItWasToldBefore() {
    tell(PREPARED);
    statuses.answered(CLAIM, Optional.empty(), PREPARED);
    statuses.write();

    assertThat(sent("GET")).hasSize(1);
  }

  private List<String> condition() {
    JsonNode ready = stored.at("/status/devices/0/conditions/0");
    return List.of(
        ready.path("status").asText(),
        ready.path("reason").asText(),
        ready.path("message").asText());
  }

  @Test
  void anApiServerThatFailsIsAskedAFewTimesWithGrowingPauses() {
    status = 500;
    answered(PREPARED);
    for (int second = 0; second < 600; second++) {
      statuses.write();
      uptime.add(Duration.ofSeconds(1));
    }
    assertThat(sent("PATCH")).hasSize(5);

    status = 200;
    tell(FAILED);

    assertThat(condition()).contains("False");
  }

  @Test
  void anApiServerThatForbidsItIsAskedOnceForEachOutcome() {
    status = 403;
    tell(PREPARED);
    uptime.add(Duration.ofMinutes(2));
    tell(PREPARED);

    assertThat(sent("PATCH")).hasSize(1);
  }

  @Test
  void aNewerClaimOfThatNameIsNotTold() {
    stored = claim("uid-2");
    tell(PREPARED);

    assertThat(sent("GET")).hasSize(1);
    assertThat(sent("PATCH")).isEmpty();
  }

  @Test
  void aClaimThatIsUnpreparedMeanwhileIsNotTold() {
    answered(PREPARED);
    statuses.unprepared(CLAIM);
    statuses.write();

    assertThat(server.requests()).isEmpty();
  }

  @Test
  void nothingIsAskedWhereItIsSwitchedOff() {
    statuses = statuses(false);
    tell(PREPARED);
    tell(FAILED);

    assertThat(server.requests()).isEmpty();
  }

  @Test
  void theTimeOfAConditionStaysAsLongAsItsStatus() {
    tell(FAILED);
    ((ObjectNode) stored.at("/status/devices/0/conditions/0"))
        .put("lastTransitionTime", "2026-01-01T00:00:00Z");

    tell(new PrepareResult.Failed("otherwise"));

    assertThat(stored.at("/status/devices/0/conditions/0/lastTransitionTime").asText())
        .isEqualTo("2026-01-01T00:00:00Z");
  }
}
