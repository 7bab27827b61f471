package com.intel.dra.gpu.controller.answering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.intel.dra.gpu.explain.ExtendedResources;
import com.intel.dra.gpu.explain.PodGroup;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found in manifests, and what is said of bad ones. */
class ManifestReaderTest {

  static final String CLAIMS = "resourceClaims: [{name: gpu, resourceClaimTemplateName: one}]";

  private static final class ByClient implements ManifestReader.Conversion {
    private final KubernetesSerialization serialization = new KubernetesSerialization();

    @Override
    public <T> T to(JsonNode json, Class<T> type) {
      return serialization.convertValue(json, type);
    }
  }

  static Manifest read(String text, OptionalInt replicas) throws UnusableRequest {
    return new ManifestReader(new ByClient(), "team", replicas, ExtendedResources::of).read(text);
  }

  private static PodGroup onlyGroup(String text) throws UnusableRequest {
    Manifest manifest = read(text, OptionalInt.empty());
    assertThat(manifest.groups()).hasSize(1);
    return manifest.groups().getFirst();
  }

  static Stream<Arguments> kinds() {
    String template = "template: {spec: {%s}}".formatted(CLAIMS);
    return Stream.of(
        Arguments.of("{kind: Pod, metadata: {name: a}, spec: {%s}}".formatted(CLAIMS), 1),
        Arguments.of(
            "{kind: Deployment, metadata: {name: a}, spec: {replicas: 3, %s}}".formatted(template),
            3),
        Arguments.of("{kind: Deployment, metadata: {name: a}, spec: {%s}}".formatted(template), 1),
        Arguments.of(
            "{kind: StatefulSet, metadata: {name: a}, spec: {replicas: 0, %s}}".formatted(template),
            0),
        Arguments.of(
            "{kind: ReplicaSet, metadata: {name: a}, spec: {replicas: 2, %s}}".formatted(template),
            2),
        Arguments.of(
            "{kind: Job, metadata: {name: a}, spec: {parallelism: 4, completions: 3, %s}}"
                .formatted(template),
            3),
        Arguments.of("{kind: Job, metadata: {generateName: a}, spec: {%s}}".formatted(template), 1),
        Arguments.of(
            "{kind: CronJob, metadata: {name: a}, spec: {jobTemplate: {spec: {parallelism: 2, %s}}}}"
                .formatted(template),
            2),
        Arguments.of("{kind: PodTemplate, metadata: {name: a}, %s}".formatted(template), 1),
        Arguments.of(
            "{\"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"},\n"
                + "\t\"spec\": {\"resourceClaims\": [{\"name\": \"gpu\","
                + " \"resourceClaimTemplateName\": \"one\"}]}}",
            1),
        Arguments.of(
            "{kind: List, items: [{kind: Service}, {kind: Pod, metadata: {name: a}, spec: {%s}}]}"
                .formatted(CLAIMS),
            1));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void kindsOfPods(String text, int replicas) throws UnusableRequest {
    PodGroup group = onlyGroup(text);
    assertThat(group.replicas()).isEqualTo(replicas);
    assertThat(group.oneANode()).isFalse();
    assertThat(group.pod().getMetadata().getNamespace()).isEqualTo("team");
    assertThat(group.pod().getSpec().getResourceClaims())
        .singleElement()
        .satisfies(claim -> assertThat(claim.getResourceClaimTemplateName()).isEqualTo("one"));
  }

  @Test
  void daemonsTolerateWhatTheirControllerAdds() throws UnusableRequest {
    PodGroup group =
        onlyGroup(
            "{kind: DaemonSet, metadata: {name: a}, spec: {template: {spec: {%s}}}}"
                .formatted(CLAIMS));
    assertThat(group.oneANode()).isTrue();
    assertThat(group.pod().getSpec().getTolerations())
        .anyMatch(one -> one.getKey().equals("node.kubernetes.io/unschedulable"));
  }

  @Test
  void documentsOfSeveralKinds() throws UnusableRequest {
    Manifest manifest =
        read(
            """
            # first a comment
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: other}
            ---
            apiVersion: resource.k8s.io/v1
            kind: ResourceClaimTemplate
            metadata: {name: one}
            spec: {spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu, capacity: {requests: {memory: 2Gi}}}}]}}}
            ---
            apiVersion: resource.k8s.io/v1
            kind: ResourceClaim
            metadata: {name: mine, namespace: other}
            spec: {devices: {requests: []}}
            status: {allocation: {}}
            ---
            kind: Pod
            metadata: {name: web}
            spec: {containers: []}
            ---
            kind: Pod
            metadata: {name: a, namespace: other}
            spec:
              nodeSelector: &labels {zone: a}
              affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: x, operator: Exists}]}]}, podAffinity: *labels}}
              resourceClaims: [{name: gpu, resourceClaimName: mine}]
            """,
            OptionalInt.of(7));
    assertThat(manifest.templates())
        .singleElement()
        .satisfies(one -> assertThat(one.getMetadata().getNamespace()).isEqualTo("team"));
    assertThat(manifest.claims())
        .singleElement()
        .satisfies(
            claim -> {
              assertThat(claim.getMetadata().getNamespace()).isEqualTo("other");
              assertThat(claim.getStatus()).isNull();
            });
    assertThat(manifest.withoutDevices()).containsExactly("Pod web");
    PodGroup group = manifest.groups().getFirst();
    assertThat(group.replicas()).isEqualTo(7);
    assertThat(group.pod().getSpec().getNodeSelector()).containsEntry("zone", "a");
    assertThat(group.pod().getSpec().getAffinity().getPodAffinity()).isNull();
  }

  @Test
  void podsWithResourcesOfClasses() throws UnusableRequest {
    Manifest manifest =
        read(
            """
            kind: Deployment
            metadata: {name: old}
            spec:
              template:
                spec:
                  containers: [{name: main, resources: {limits: {gpu.intel.com/i915: 2, cpu: 1}}}]
            ---
            kind: Pod
            metadata: {name: other}
            spec: {containers: [{name: main, resources: {limits: {example.com/fpga: 1}}}]}
            ---
            kind: DeviceClass
            metadata: {name: c}
            spec: {extendedResourceName: gpu.intel.com/i915}
            """,
            OptionalInt.empty());
    assertThat(manifest.withoutDevices()).containsExactly("Pod other");
    assertThat(manifest.groups()).extracting(PodGroup::name).containsExactly("Deployment old");
    assertThat(
            manifest
                .groups()
                .getFirst()
                .pod()
                .getSpec()
                .getContainers()
                .getFirst()
                .getResources()
                .getRequests())
        .containsOnlyKeys("gpu.intel.com/i915");
  }

  /** As kubectl reads them, which needs no line between objects of JSON. */
  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\n---\n"})
  void objectsOfJsonOneAfterTheOther(String between) throws UnusableRequest {
    String pod =
        "{\"kind\": \"Pod\", \"metadata\": {\"name\": \"%s\"}, \"spec\": {\"resourceClaims\":"
            + " [{\"name\": \"gpu\", \"resourceClaimTemplateName\": \"one\"}]}}";
    assertThat(
            read(pod.formatted("a") + between + pod.formatted("b"), OptionalInt.empty()).groups())
        .extracting(PodGroup::name)
        .containsExactly("Pod a", "Pod b");
  }

  /** Other projects have kinds of the same names. */
  @Test
  void kindsOfOthersAreNoPods() throws UnusableRequest {
    Manifest manifest =
        read(
            """
            {apiVersion: batch.volcano.sh/v1alpha1, kind: Job, metadata: {name: a}, spec: {tasks: []}}
            ---
            {apiVersion: example.com/v1, kind: DeviceClass, metadata: {name: a}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {%s}}
            """
                .formatted(CLAIMS),
            OptionalInt.empty());
    assertThat(manifest.groups()).extracting(PodGroup::name).containsExactly("Pod b");
    assertThat(manifest.classes()).isEmpty();
  }

  /** A field that is null is one that is not there. */
  @Test
  void fieldsThatAreNull() throws UnusableRequest {
    Manifest manifest =
        read(
            """
            {kind: ResourceClaim, metadata: {name: mine}, spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gpu, selectors: ~, tolerations: null, capacity: {requests: null}}}], constraints: ~}}}
            ---
            {kind: Deployment, metadata: {name: a}, spec: {replicas: ~, template: {spec: {%s, nodeSelector: null, affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists, values: ~}]}]}}}}}}}
            """
                .formatted(CLAIMS),
            OptionalInt.empty());
    assertThat(manifest.groups().getFirst().replicas()).isEqualTo(1);
    assertThat(manifest.claims().getFirst().getSpec().getDevices().getConstraints()).isEmpty();
    assertThat(
            manifest
                .claims()
                .getFirst()
                .getSpec()
                .getDevices()
                .getRequests()
                .getFirst()
                .getExactly()
                .getSelectors())
        .isEmpty();
  }

  @Test
  void ofManyThingsWithoutClaimsSomeAreNamed() throws UnusableRequest {
    String pods =
        "{kind: Pod, metadata: {name: a}, spec: {}}\n---\n".repeat(ManifestReader.MAX_GROUPS + 7);
    Manifest manifest =
        read(
            pods + "{kind: Pod, metadata: {name: b}, spec: {%s}}".formatted(CLAIMS),
            OptionalInt.empty());
    assertThat(manifest.withoutDevices()).hasSize(ManifestReader.MAX_GROUPS);
    assertThat(manifest.moreWithoutDevices()).isEqualTo(7);
  }

  static Stream<Arguments> bad() {
    String template = "template: {spec: {%s}}".formatted(CLAIMS);
    String wide = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
    for (char c = 'b'; c <= 'f'; c++) {
      char before = (char) (c - 1);
      wide += c + ": &" + c + " [" + ("*" + before + ", ").repeat(9) + "*" + before + "]\n";
    }
    return Stream.of(
        Arguments.of("", "has no pods"),
        Arguments.of("kind: Service", "has no pods, only Service"),
        Arguments.of("kind: Pod\n  spec: [", "is not YAML"),
        Arguments.of("just text", "no object with a kind"),
        Arguments.of("- kind: Pod", "no object with a kind"),
        Arguments.of("{kind: Pod, metadata: {name: a}}", "Pod a: spec is missing"),
        Arguments.of(
            "{kind: Deployment, metadata: {name: a}, spec: {}}",
            "Deployment a: spec.template.spec is missing"),
        Arguments.of(
            "{kind: Pod, metadata: {name: a}, spec: {}}",
            "Pod a: spec.resourceClaims of the pod is empty"),
        Arguments.of(
            "{kind: Pod, metadata: {name: a}, spec: {resourceClaims: [{name: x}]}}",
            "Pod a: spec.resourceClaims has an element"),
        Arguments.of(
            "{kind: Pod, metadata: {name: a}, spec: {resourceClaims: {x: y}}}",
            "Pod a: spec.resourceClaims has a value of the wrong kind"),
        Arguments.of(
            "{kind: Deployment, metadata: {name: a}, spec: {replicas: many, %s}}"
                .formatted(template),
            "Deployment a: spec.replicas is \"many\""),
        Arguments.of(
            "{kind: Deployment, metadata: {name: a}, spec: {replicas: -1, %s}}".formatted(template),
            "Deployment a: spec.replicas is -1"),
        Arguments.of(
            "{kind: ResourceClaimTemplate, metadata: {name: a}, spec: {}}",
            "ResourceClaimTemplate a: spec.spec is missing"),
        Arguments.of(
            "{kind: ResourceClaim, metadata: {name: a}}", "ResourceClaim a: spec is missing"),
        Arguments.of("{kind: Pod, kind: Pod}", "has the key kind twice"),
        Arguments.of("{kind: Pod, <<: {a: b}}", "merges with <<"),
        Arguments.of("{kind: Pod, [a]: b}", "a key that is not a text"),
        Arguments.of("kind: Pod\nspec: &a [*a]", "uses *a, and there is no whole &a before it"),
        Arguments.of("kind: Pod\nspec: *a", "uses *a, and there is no whole &a before it"),
        Arguments.of(
            "kind: Pod\na: &a0 x\n"
                + IntStream.range(1, 70)
                    .mapToObj(i -> "a%d: &a%d [*a%d]\n".formatted(i, i, i - 1))
                    .reduce("", String::concat),
            "nested more than"),
        Arguments.of("kind: Pod\n" + wide, "values, aliases counted"),
        Arguments.of("[".repeat(1_000_000), "nested"),
        Arguments.of("{\"a\":".repeat(200_000), "nested"),
        Arguments.of("? ".repeat(500_000), "a key that is not a text"),
        Arguments.of("- ".repeat(500_000), "nested"),
        Arguments.of("a: 1\n".repeat(200_000), "the key a twice"),
        Arguments.of("[" + "1, ".repeat(300_000) + "1]", "more than 60000 values"),
        Arguments.of("{\"a\": [" + "1, ".repeat(300_000) + "1]}", "more than 60000 values"),
        Arguments.of("{\"kind\": \"Pod\", \"kind\": \"Job\"}", "has the key kind twice"),
        Arguments.of(
            "{kind: Pod, metadata: {name: a}, spec: {%s, tolerations: [null]}}".formatted(CLAIMS),
            "Pod a: spec.tolerations[0] is empty"),
        Arguments.of(
            "{kind: Pod, metadata: {name: a}, spec: {%s, affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{}, ~]}}}}}"
                .formatted(CLAIMS),
            "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1] is empty"),
        Arguments.of(claim("null"), "ResourceClaim a: spec.devices.requests[0] is empty"),
        Arguments.of(
            claim("{exactly: {selectors: [null]}}"),
            "ResourceClaim a: spec.devices.requests[0].exactly.selectors[0] is empty"),
        Arguments.of(
            claim("{name: r}, ".repeat(32) + "{name: r}"),
            "spec.devices.requests has 33 elements: the API takes 32"),
        Arguments.of(
            claim("{firstAvailable: [" + "{name: r}, ".repeat(8) + "{name: r}]}"),
            "spec.devices.requests[0].firstAvailable has 9 elements: the API takes 8"),
        Arguments.of(
            "{kind: DeviceClass, metadata: {name: a}, spec: {selectors: [%s{}]}}"
                .formatted("{}, ".repeat(32)),
            "DeviceClass a: spec.selectors has 33 elements"),
        Arguments.of(
            "{kind: ResourceClaim, apiVersion: example.com/v1}",
            "has no pods, only ResourceClaim of example.com/v1"),
        Arguments.of("kind: \"P\\u001b[31m\"", "only P [31m"),
        Arguments.of("x".repeat(1_000_000), "no object with a kind"),
        Arguments.of("&a ".repeat(300_000), "is not YAML"),
        Arguments.of(
            IntStream.range(0, 40)
                .mapToObj(
                    i -> "{kind: Pod, metadata: {name: p%d}, spec: {%s}}".formatted(i, CLAIMS))
                .reduce("", (a, b) -> a + "---\n" + b + "\n"),
            "more than 32 kinds of pods"));
  }

  private static String claim(String requests) {
    return "{kind: ResourceClaim, metadata: {name: a}, spec: {devices: {requests: [%s]}}}"
        .formatted(requests);
  }

  @ParameterizedTest
  @MethodSource("bad")
  @Timeout(20)
  void whatIsSaidOfBadOnes(String text, String says) {
    assertThatExceptionOfType(UnusableRequest.class)
        .isThrownBy(() -> read(text, OptionalInt.empty()))
        .satisfies(
            e -> {
              assertThat(e.getMessage()).contains(says);
              assertThat(e.getMessage()).hasSizeLessThan(2000);
            });
  }

  @Test
  void replicasAreForOneKindOfPods() {
    String pod = "{kind: Pod, metadata: {name: a}, spec: {%s}}\n".formatted(CLAIMS);
    assertThatExceptionOfType(UnusableRequest.class)
        .isThrownBy(() -> read(pod + "---\n" + pod, OptionalInt.of(2)))
        .withMessageContaining("replicas is for one kind of pods");
  }
}
