package com.intel.dra.gpu.nodeagent.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.app.AgentFixtures;
import com.intel.dra.gpu.nodeagent.config.TestingConfig;
import com.intel.dra.gpu.nodeagent.gas.TestingGasInformer;
import com.intel.dra.gpu.nodeagent.tell.NodeEvents;
import com.intel.dra.gpu.policy.GpuSharing;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EnableKubernetesMockClient(crud = true)
class PolicyWatchTest {

  private static final String EXCLUSIVE = "rules: [{name: alone, sharing: exclusive}]";

  @SuppressWarnings("NullAway.Init") // set by the extension
  KubernetesClient client;

  @TempDir Path root;

  private final Gpu gpu = AgentFixtures.gpu(3);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @SuppressWarnings("NullAway.Init") // made before each test
  private GpuPolicies policies;

  @SuppressWarnings("NullAway.Init")
  private PolicyWatch watch;

  @BeforeEach
  void anAgentStarts() {
    TestingConfig config = TestingConfig.below(root);
    policies = new GpuPolicies(config);
    watch =
        new PolicyWatch(
            config,
            DraMode.STRUCTURED,
            policies,
            new NodeLabels(client, config),
            new NodeEvents(client, config, Clock.systemUTC()),
            new TestingGasInformer(config),
            Meters.ofAgent(meters, config.nodeName()));
  }

  private void write(String yaml) throws IOException {
    Files.writeString(root.resolve("policy.yaml"), yaml);
  }

  private GpuSharing sharing() {
    return policies.of(gpu).policy().sharing();
  }

  private List<Event> events() {
    return client.v1().events().inNamespace("default").list().getItems();
  }

  private double refused() {
    return meters.get("gpu.dra.policy.refused").gauge().value();
  }

  @Test
  void theFileIsFollowedWhileTheAgentRunsAndWithoutItTheSettingsHold() throws IOException {
    watch.look();
    assertThat(sharing()).isEqualTo(new GpuSharing.ByMemory(0, 1, 1));

    write(EXCLUSIVE);
    watch.look();
    assertThat(sharing()).isEqualTo(new GpuSharing.Exclusive());
    assertThat(policies.of(gpu).rule()).hasValue("alone");

    Files.delete(root.resolve("policy.yaml"));
    watch.look();
    assertThat(sharing()).isEqualTo(new GpuSharing.ByMemory(0, 1, 1));
    watch.look();
    assertThat(events())
        .as("it may be a mistake")
        .extracting(Event::getReason, Event::getType)
        .containsExactly(tuple("PolicyRemoved", "Normal"));
  }

  @Test
  void rulesThatWereRemovedWhileNoAgentRanAreTold() throws IOException {
    write(EXCLUSIVE);
    watch.look();
    Files.delete(root.resolve("policy.yaml"));
    anAgentStarts();
    watch.lookAtTheFile();
    watch.look();
    watch.look();

    assertThat(events()).extracting(Event::getReason).containsExactly("PolicyRemoved");
  }

  @Test
  void aMistakeIsToldOnceAndTheLastGoodRulesStay() throws IOException {
    write(EXCLUSIVE);
    watch.look();
    write("rules: [{name: alone, sharing: {shares: 0}}]");
    watch.look();
    watch.look();

    assertThat(sharing()).isEqualTo(new GpuSharing.Exclusive());
    assertThat(refused()).isOne();
    assertThat(events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getReason()).isEqualTo("PolicyRefused");
              assertThat(event.getMessage())
                  .contains("rule 1 (alone), sharing.shares is 0", "the rules before hold");
            });

    write("rules: []");
    watch.look();
    assertThat(events()).extracting(Event::getReason).contains("PolicyAccepted", "PolicyRemoved");
    assertThat(sharing()).isEqualTo(new GpuSharing.ByMemory(0, 1, 1));
    assertThat(refused()).isZero();
  }

  @Test
  void theLastGoodRulesOutliveTheAgent() throws IOException {
    write(EXCLUSIVE);
    watch.look();
    write("rules: [{sharing: none}]");
    anAgentStarts();
    watch.lookAtTheFile();
    assertThat(sharing()).isEqualTo(new GpuSharing.Exclusive());

    write("");
    watch.look();
    write("rules: [{sharing: none}]");
    anAgentStarts();
    watch.look();
    assertThat(sharing()).as("there were no rules").isEqualTo(new GpuSharing.ByMemory(0, 1, 1));
    assertThat(events())
        .extracting(Event::getMessage)
        .anySatisfy(message -> assertThat(message).contains("the settings hold for all GPUs"));
  }

  @Test
  void nothingIsKnownBeforeTheLabelsThatRulesChooseByAreRead() throws IOException {
    write("rules: [{match: {nodeLabels: {pool: desks}}, offer: false}]");
    watch.look();
    assertThat(policies.areKnown()).as("there is no such Node").isFalse();

    client.resource(node("desks")).create();
    watch.look();

    assertThat(policies.areKnown()).isTrue();
    assertThat(policies.of(gpu).policy().offered()).isFalse();
  }

  @Test
  void aFileThatCannotBeReadIsToldOnceAndIsFollowedWhenItCan() throws IOException {
    Files.createDirectory(root.resolve("policy.yaml"));
    watch.look();
    watch.look();
    assertThat(events()).extracting(Event::getReason).containsExactly("PolicyRefused");

    Files.delete(root.resolve("policy.yaml"));
    write(EXCLUSIVE);
    watch.look();
    assertThat(sharing()).isEqualTo(new GpuSharing.Exclusive());
  }

  @Test
  void labelsReadForFormerRulesAreReadAgainForRulesThatNeedThem() throws IOException {
    client.resource(node("desks")).create();
    write("rules: [{match: {nodeLabels: {pool: desks}}, offer: false}]");
    watch.look();
    assertThat(policies.of(gpu).policy().offered()).isFalse();
    write("rules: []");
    watch.look();
    client.resource(node("vms")).update();

    write("rules: [{match: {nodeLabels: {pool: vms}}, offer: false}]");
    watch.lookAtTheFile();
    assertThat(policies.areKnown()).as("the labels of before").isFalse();

    watch.look();
    assertThat(policies.of(gpu).policy().offered()).as("the rules withhold this GPU").isFalse();
  }

  private static Node node(String pool) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName("node1")
        .addToLabels("pool", pool)
        .endMetadata()
        .build();
  }
}
