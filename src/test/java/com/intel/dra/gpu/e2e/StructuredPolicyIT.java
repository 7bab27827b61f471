package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.structured.StructuredApi;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The rules for GPUs are followed while the agents run, and what is in use keeps its shape. */
@Tag("structured")
class StructuredPolicyIT {

  private static final String MAP = "intel-gpu-policy";
  private static final String FLEX =
      "selectors: [{cel: {expression: 'device.attributes[\"gpu.intel.com\"].model == \"Flex"
          + " 170\"'}}]";
  private static final String TWO_EACH =
      """
      rules:
        - name: two-each
          match: {nodes: [node1], ids: ["0x56c0"]}
          sharing: {shares: 2, default: 1}
      """;

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  @AfterEach
  void withoutRules() {
    cluster.client().pods().inNamespace(cluster.namespace()).withGracePeriod(1).delete();
    Shell.kubectl("delete", "configmap", MAP, "-n", "default", "--ignore-not-found");
    RealCluster.haveKubeletsLookAtConfigMaps();
    cluster.eventually(
        "the GPU of node1 is as the settings say",
        () -> {
          assertThat(shares()).isEmpty();
          assertThat(cluster.deviceNames("node1")).contains(flex());
        });
    RealCluster.removeNotes();
  }

  private static String flex() {
    return StructuredCluster.name(RealCluster.FLEX_170);
  }

  private void policy(String yaml) {
    cluster
        .client()
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName(MAP)
                .withNamespace("default")
                .endMetadata()
                .addToData("policy.yaml", yaml)
                .build())
        .serverSideApply();
    RealCluster.haveKubeletsLookAtConfigMaps();
  }

  private Optional<String> shares() {
    return published()
        .map(Device::getCapacity)
        .map(capacity -> capacity.get("shares"))
        .map(shares -> shares.getValue())
        .map(Quantity::toString);
  }

  private Optional<Device> published() {
    return cluster.devices("node1").stream()
        .filter(device -> device.getName().equals(flex()))
        .findFirst();
  }

  private void awaitNoNewClaims() {
    cluster.eventually(
        "the GPU keeps its shape for its claims, and takes no others",
        () ->
            assertThat(published().orElseThrow())
                .returns(true, Device::getAllowMultipleAllocations)
                .extracting(Device::getTaints, InstanceOfAssertFactories.list(DeviceTaint.class))
                .extracting(DeviceTaint::getKey)
                .containsExactly(StructuredApi.IN_USE_TAINT));
  }

  @Test
  void aGpuThatIsSharedByCountTakesSoManyPodsAndKeepsItsSharesUntilItIsFree() {
    policy(TWO_EACH);
    cluster.eventually("two shares", () -> assertThat(shares()).hasValue("2"));
    cluster.structuredTemplate("share", one("gpu.intel.com", FLEX));
    var pods = List.of("a", "b", "c");
    for (String pod : pods) {
      cluster.structuredPod(pod, ON_NODE1, Map.of("gpu", template("share")));
    }

    cluster.eventually("two of three run", () -> assertThat(running(pods)).hasSize(2));
    List<String> first = running(pods);
    var waiting = new ArrayList<>(pods);
    waiting.removeAll(first);
    cluster.awaitUnschedulable(waiting.getFirst());
    first.forEach(pod -> cluster.awaitCards(pod, "main", 0));
    assertThat(Shell.kubectl("get", "gas", "node1", "-n", "default", "-o", "yaml"))
        .contains("rule: two-each", "totalshares: 2");

    policy("rules: []");
    cluster.eventually(
        "the rule is gone",
        () ->
            assertThat(Shell.kubectl("get", "gas", "node1", "-n", "default", "-o", "yaml"))
                .doesNotContain("rule: two-each"));
    awaitNoNewClaims();
    assertThat(shares()).hasValue("2");
    cluster.deletePod(first.getFirst());
    cluster.awaitUnschedulable(waiting.getFirst());
    assertThat(cluster.phase(first.getLast())).isEqualTo("Running");

    cluster.deletePod(first.getLast());
    cluster.awaitRunning(waiting.getFirst());
    cluster.eventually("shared by memory again", () -> assertThat(shares()).isEmpty());

    policy(TWO_EACH);
    awaitNoNewClaims();
    assertThat(shares()).as("a claim has it by memory").isEmpty();
  }

  private List<String> running(List<String> pods) {
    return pods.stream().filter(pod -> cluster.phase(pod).equals("Running")).toList();
  }

  @Test
  void aGpuThatIsNotOfferedIsNotPublishedAndAMistakeChangesNothing() {
    policy(
        """
        rules:
          - name: kept
            match: {nodes: [node1], models: [Flex 170]}
            offer: false
        """);
    cluster.eventually(
        "node1 has no such GPU",
        () -> assertThat(cluster.deviceNames("node1")).isNotEmpty().doesNotContain(flex()));

    policy("rules: [{name: kept, sharing: {shares: 0}}]");
    cluster.eventually(
        "the mistake is told",
        () ->
            assertThat(
                    Shell.kubectl(
                        "get",
                        "events",
                        "-n",
                        "default",
                        "--field-selector",
                        "reason=PolicyRefused,involvedObject.name=node1",
                        "-o",
                        "yaml"))
                .contains("rule 1 (kept), sharing.shares is 0"));
    assertThat(cluster.deviceNames("node1")).isNotEmpty().doesNotContain(flex());
  }
}
