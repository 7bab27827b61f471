package com.intel.dra.gpu.nodeagent.app;

import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.claim;
import static com.intel.dra.gpu.nodeagent.app.AgentFixtures.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.publish.SlicePublisher;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.gpu.policy.GpuSharing;
import com.intel.dra.gpu.policy.PolicyRule;
import com.intel.dra.gpu.policy.PolicyRules;
import com.intel.dra.gpu.policy.RuleMatch;
import com.intel.dra.kit.client.AnsweringApiServer;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResultBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The record of prepared claims was lost, and the rules want a GPU otherwise than it is used. */
class IncompleteRecordTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private static final PolicyRules ALONE =
      new PolicyRules(
          List.of(
              new PolicyRule(
                  "alone",
                  RuleMatch.EVERYTHING,
                  Optional.empty(),
                  Optional.of(new GpuSharing.Exclusive()),
                  Optional.of(0))));

  @TempDir Path root;

  private VfNode node;
  private Gpu gpu;

  @BeforeEach
  @SuppressWarnings("NullAway.Init")
  void aClaimHasAShareAndTheRecordIsLost() throws IOException {
    node = VfNode.stepByStep(root, DraMode.STRUCTURED);
    gpu = node.flex170(0xb3);
    node.start();
    node.settle();
    node.structuredClaims.give(
        "a",
        new DeviceRequestAllocationResultBuilder(result(gpu.uid()))
            .withShareID("s1")
            .addToConsumedCapacity("memory", new Quantity("8Gi"))
            .build());
    assertThat(prepare("a")).isInstanceOf(PrepareResult.Prepared.class);
    node.settle();
    Files.delete(root.resolve("state").resolve(PreparedClaims.FILE_NAME));
    startAgain(Duration.ZERO);
    node.structuredClaims.give("b", result(gpu.uid()));
  }

  private void startAgain(Duration prepareWait) throws IOException {
    node.start(node.config().withPrepareWait(prepareWait));
    node.agent.policies.follow(ALONE);
  }

  private PrepareResult prepare(String uid) {
    return node.agent.preparation.prepare(claim(uid), Optional.empty());
  }

  @Test
  void nothingIsGivenUntilTheGasWasRead() {
    assertThat(prepare("b"))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed -> assertThat(failed.message()).contains("which claims use", "not known yet"));
    assertThat(node.agent.prepared.all()).isEmpty();

    node.settle();
    assertThat(prepare("b"))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed -> assertThat(failed.message()).contains("while claim default/claim-a"));
    assertThat(node.agent.prepared.all()).containsOnlyKeys("a");
  }

  @Test
  void aCallWaitsForTheGas() throws Exception {
    startAgain(Duration.ofMinutes(10));
    var read = new FutureTask<>(() -> prepare("a"));
    Thread.ofVirtual().start(read);

    node.settle();

    assertThat(read.get(SOON.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  @Test
  void nothingIsPublishedUntilTheGasWasRead() throws IOException {
    try (var server = new AnsweringApiServer(_ -> new AnsweringApiServer.Answer(500, ""));
        KubernetesClient client = server.client()) {
      var slices =
          new SlicePublisher(
              client, node.agent.offer, node.agent.provisioner, node.agent.metrics, node.config());
      slices.refresh();
      assertThat(server.requests()).isEmpty();

      node.settle();
      slices.refresh();
      assertThat(server.requests()).as("the release, before slices").isNotEmpty();
      slices.close();
    }
  }

  @Test
  void nothingIsGivenBeforeTheLabelsAreKnownThatARuleNeeds() {
    node.settle();
    node.unprepare("a");
    node.agent.policies.follow(
        new PolicyRules(
            List.of(
                new PolicyRule(
                    "desktops",
                    new RuleMatch(
                        Set.of(),
                        Map.of("pool", "desktop"),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Optional.empty()),
                    Optional.of(false),
                    Optional.empty(),
                    Optional.empty()))));
    assertThat(prepare("b"))
        .isInstanceOfSatisfying(
            PrepareResult.Failed.class,
            failed -> assertThat(failed.message()).contains("which rules", "not known yet"));

    node.agent.policies.setLabels(Map.of());
    assertThat(prepare("b")).isInstanceOf(PrepareResult.Prepared.class);
  }

  /** Without the labels the agent does not know that the GPU has VFs. */
  @Test
  void aCallForADeviceThatOnlyTheLabelsMakeWaitsForThem() throws Exception {
    node.settle();
    node.unprepare("a");
    startAgain(Duration.ofMinutes(10));
    node.agent.policies.follow(
        new PolicyRules(
            List.of(vfs("split", Map.of("pool", "desktop"), 2), vfs("whole", Map.of(), 0))));
    node.structuredClaims.give("b", result(gpu.uid().vf(0)));
    var looks = new CountDownLatch(2);
    node.structuredClaims.whenRead = looks::countDown;
    var answer = new FutureTask<>(() -> prepare("b"));
    Thread.ofVirtual().start(answer);

    assertThat(looks.await(SOON.toSeconds(), TimeUnit.SECONDS)).as("it looks again").isTrue();
    node.agent.policies.setLabels(Map.of("pool", "desktop"));
    await().atMost(SOON).until(() -> !node.agent.pending.all().isEmpty());
    node.settle();

    assertThat(answer.get(SOON.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(PrepareResult.Prepared.class);
  }

  private static PolicyRule vfs(String name, Map<String, String> labels, int count) {
    return new PolicyRule(
        name,
        new RuleMatch(Set.of(), labels, Set.of(), Set.of(), Set.of(), Optional.empty()),
        Optional.empty(),
        Optional.empty(),
        Optional.of(count));
  }
}
