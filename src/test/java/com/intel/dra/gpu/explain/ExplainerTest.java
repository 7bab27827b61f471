package com.intel.dra.gpu.explain;

import static com.intel.dra.gpu.explain.ExplainFixtures.cluster;
import static com.intel.dra.gpu.explain.ExplainFixtures.pod;
import static com.intel.dra.gpu.explain.ExplainFixtures.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.explain.search.TaintRule;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaintBuilder;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainerTest {

  private static final String A770 =
      "{name: g1, attributes: {model: {string: A770}}, capacity: {memory: {value: 16Gi}}}";
  private static final String B580 =
      "{name: g2, attributes: {model: {string: B580}}, capacity: {memory: {value: 12Gi}}}";

  private static String select(String expression) {
    return request(", selectors: [{cel: {expression: \"%s\"}}]".formatted(expression));
  }

  private static void says(PodExplanation explanation, WaitReason reason, String sentence) {
    assertThat(explanation.summary()).isEqualTo(sentence);
    assertThat(explanation.reason()).isEqualTo(reason);
  }

  @Test
  void freeDevices() {
    says(
        cluster().node("n1").devices("n1", A770).claim("c", request("")).explain("c"),
        WaitReason.DEVICES_ARE_FREE,
        "Node n1 has free devices for all claims: if the pod still waits, then not for devices.");
  }

  @Test
  void noDevices() {
    says(
        cluster().node("n1").claim("c", request("")).explain("c"),
        WaitReason.NO_DEVICES,
        "Request r of claim team/c: on node n1 no devices are published.");
  }

  @Test
  void inUse() {
    says(
        cluster()
            .node("n1")
            .node("n2")
            .devices("n1", A770 + "," + B580)
            .held("a", "n1", "g1")
            .held("b", "n1", "g2")
            .claim("c", request(""))
            .explain("c"),
        WaitReason.IN_USE,
        "Request r of claim team/c: on node n1 2 devices are in use by claims team/a, team/b;"
            + " other nodes: 1 no devices.");
  }

  @Test
  void administrativeAccessIgnoresUse() {
    assertThat(
            cluster()
                .node("n1")
                .devices("n1", A770)
                .held("a", "n1", "g1")
                .claim("c", request(", adminAccess: true"))
                .explain("c")
                .devicesFit())
        .isTrue();
  }

  @Test
  void tooFew() {
    says(
        cluster()
            .node("n1")
            .devices("n1", A770)
            .claim(
                "c",
                "{name: r, exactly: {deviceClassName: gpu, allocationMode: ExactCount, count: 2}}")
            .explain("c"),
        WaitReason.TOO_FEW,
        "Request r of claim team/c: on node n1 1 device suits, but 2 are wanted.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          device.attributes['gpu.intel.com'].model == 'B580' | device.attributes["gpu.intel.com"].model == "B580" is false (model is "A770")
          device.driver == 'gpu.intel.com' && device.attributes['gpu.intel.com'].model in ['x', 'y'] | device.attributes["gpu.intel.com"].model in ["x", "y"] is false (model is "A770")
          device.capacity['gpu.intel.com'].memory.isGreaterThan(quantity('20Gi')) | device.capacity["gpu.intel.com"].memory.isGreaterThan(quantity("20Gi")) is false (memory is 16Gi)
          has(device.attributes['gpu.intel.com'].numa) | has(device.attributes["gpu.intel.com"].numa) is false (numa is not set)
          device.attributes['gpu.intel.com'].?numa.orValue(7) == 1 | device.attributes["gpu.intel.com"].?numa.orValue(7) == 1 is false (numa is not set)
          cel.bind(g, device.attributes['gpu.intel.com'], g.model == 'C' && g.nope) | g.model == "C" is false (model is "A770")
          'a.b' in device.attributes | "a.b" in device.attributes is false
          device.allowMultipleAllocations | device.allowMultipleAllocations is false (allowMultipleAllocations is false)
          """)
  void selectorOfTheClaim(String expression, String part) {
    says(
        cluster().node("n1").devices("n1", A770).claim("c", select(expression)).explain("c"),
        WaitReason.CLAIM_SELECTOR,
        "Request r of claim team/c: on node n1 no device is selected: %s for device g1."
            .formatted(part));
  }

  @Test
  void selectorOfTheClass() {
    says(
        cluster()
            .node("n1")
            .devices("n1", A770)
            .deviceClass("vf", "device.attributes['gpu.intel.com'].?type.orValue('gpu') == 'vf'")
            .claim("c", "{name: r, exactly: {deviceClassName: vf, count: 1}}")
            .explain("c"),
        WaitReason.CLASS_SELECTOR,
        "Request r of claim team/c: on node n1 no device is of class vf:"
            + " device.attributes[\"gpu.intel.com\"].?type.orValue(\"gpu\") == \"vf\" is false"
            + " (type is not set) for device g1.");
  }

  @Test
  void classThatDoesNotExist() {
    says(
        cluster().node("n1").claim("c", "{name: r, exactly: {deviceClassName: no}}").explain("c"),
        WaitReason.CLASS_MISSING,
        "Request r names device class no, which does not exist.");
  }

  @Test
  void claimThatDoesNotExist() {
    says(
        cluster().node("n1").explain("c"),
        WaitReason.CLAIM_MISSING,
        "Claim team/c does not exist.");
  }

  @Test
  void claimThatIsNotMadeYet() {
    says(
        new Explainer()
            .explain(cluster().node("n1").view(), pod("{name: c, resourceClaimTemplateName: t}")),
        WaitReason.CLAIM_MISSING,
        "The claim c of the pod is not made from template t yet: if it stays so, the template does"
            + " not exist, or the pod's Event FailedResourceClaimCreation says more.");
  }

  @Test
  void selectorThatFails() {
    says(
        cluster()
            .node("n1")
            .devices("n1", A770)
            .claim("c", select("device.attributes['gpu.intel.com'].numa == 1"))
            .explain("c"),
        WaitReason.CLAIM_FAILS,
        "The scheduler cannot place the pod on any node: the selector of request r fails on device"
            + " gpu.intel.com/n1/g1: key 'numa' is not present in map.");
  }

  @Test
  void selectorThatIsNotUnderstood() {
    assertThat(
            cluster()
                .node("n1")
                .devices("n1", A770)
                .claim("c", select("ip('1.2.3.4').family() == 4"))
                .explain("c")
                .reason())
        .isEqualTo(WaitReason.UNKNOWN);
  }

  @Test
  void taintOfTheSlice() {
    says(
        cluster()
            .node("n1")
            .devices("n1", "{name: g1, taints: [{key: bad, value: v, effect: NoSchedule}]}")
            .claim("c", request(""))
            .explain("c"),
        WaitReason.TAINTED,
        "Request r of claim team/c: on node n1 1 device has a taint that is not tolerated, such as"
            + " bad=v:NoSchedule of device g1.");
  }

  @Test
  void taintOfARule() {
    var taint = new DeviceTaintBuilder().withKey("drain").withEffect("NoExecute").build();
    says(
        cluster()
            .node("n1")
            .devices("n1", A770)
            .rule(
                new TaintRule(
                    "rule", Optional.empty(), Optional.of("n1"), Optional.of("g1"), taint))
            .claim("c", request(""))
            .explain("c"),
        WaitReason.TAINTED,
        "Request r of claim team/c: on node n1 1 device has a taint that is not tolerated, such as"
            + " drain:NoExecute of DeviceTaintRule rule of device g1.");
  }

  private static ExplainFixtures partitions() {
    return cluster()
        .node("n1")
        .slice("n1", "a", 1, 2, "sharedCounters: [{name: g1, counters: {memory: {value: 16Gi}}}]")
        .slice(
            "n1",
            "b",
            1,
            2,
            "devices: [{name: whole, consumesCounters: [{counterSet: g1, counters: {memory:"
                + " {value: 16Gi}}}]}, {name: half, consumesCounters: [{counterSet: g1, counters:"
                + " {memory: {value: 8Gi}}}], attributes: {half: {bool: true}}}]");
  }

  @Test
  void counters() {
    says(
        partitions()
            .held("a", "n1", "half")
            .claim("c", select("!has(device.attributes['gpu.intel.com'].half)"))
            .explain("c"),
        WaitReason.COUNTERS_USED_UP,
        "Request r of claim team/c: on node n1 device whole needs 16Gi of memory of g1, of which"
            + " 8Gi is left; claim team/a holds the rest.");
  }

  @Test
  void countersOfTwoRequests() {
    says(
        partitions()
            .claim(
                "c",
                request("r", "")
                    + ","
                    + request(
                        "s",
                        ", selectors: [{cel: {expression: \"has(device.attributes"
                            + "['gpu.intel.com'].half)\"}}]"))
            .explain("c"),
        WaitReason.NOT_TOGETHER,
        "Request s of claim team/c: on node n1 there are devices for each request alone, but not"
            + " for all together.");
  }

  private static final String SHARED =
      "{name: g1, allowMultipleAllocations: true, capacity: {memory: {value: 16Gi, requestPolicy:"
          + " {default: 4Gi, validRange: {min: 1Gi, max: 12Gi, step: 1Gi}}}}}";

  @Test
  void capacityInUse() {
    says(
        cluster()
            .node("n1")
            .devices("n1", SHARED)
            .held("a", "n1", "g1", ", shareID: x, consumedCapacity: {memory: 10Gi}")
            .claim("c", request(", capacity: {requests: {memory: 6500Mi}}"))
            .explain("c"),
        WaitReason.CAPACITY_USED_UP,
        "Request r of claim team/c: on node n1 7Gi of memory is wanted, and device g1 has 6Gi of"
            + " 16Gi left; claim team/a holds the rest.");
  }

  @Test
  void capacityThatNoDeviceGives() {
    says(
        cluster()
            .node("n1")
            .devices("n1", SHARED)
            .claim("c", request(", capacity: {requests: {memory: 13Gi}}"))
            .explain("c"),
        WaitReason.CAPACITY_NOT_OFFERED,
        "Request r of claim team/c: on node n1 13Gi of memory is wanted, and device g1 has at most"
            + " 12Gi.");
  }

  /** A value is a list of one, as for Kubernetes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "matchAttribute | strings: [a, b] | strings: [b, c] | true",
        "matchAttribute | strings: [a] | strings: [b, c] | false",
        "matchAttribute | string: b | strings: [b, c] | true",
        "matchAttribute | int: 1 | strings: ['1'] | false",
        "matchAttribute | ints: [1, 2] | int: 2 | true",
        "distinctAttribute | strings: [a, b] | strings: [b] | false",
        "distinctAttribute | strings: [a] | strings: [b] | true",
        "distinctAttribute | versions: [1.0.0] | string: 1.0.0 | true",
      })
  void constraintOnAttributesWithSeveralValues(
      String kind, String one, String other, boolean fits) {
    WaitReason reason =
        cluster()
            .node("n1")
            .devices(
                "n1",
                "{name: g1, attributes: {a: {%s}}}, {name: g2, attributes: {a: {%s}}}"
                    .formatted(one, other))
            .claim(
                "c",
                request("r", "") + "," + request("s", ""),
                "{%s: gpu.intel.com/a}".formatted(kind))
            .explain("c")
            .reason();
    assertThat(reason).isEqualTo(fits ? WaitReason.DEVICES_ARE_FREE : WaitReason.CONSTRAINT);
  }

  /** What all three have in common counts, also after a device was tried in vain. */
  @Test
  void threeDevicesHaveOneValueInCommon() {
    assertThat(
            cluster()
                .node("n1")
                .devices(
                    "n1",
                    "{name: g1, attributes: {a: {strings: [x, y]}}}, {name: g2, attributes: {a:"
                        + " {strings: [x]}}}, {name: g3, attributes: {a: {strings: [y, z]}}},"
                        + " {name: g4, attributes: {a: {strings: [y]}}}")
                .claim(
                    "c",
                    "{name: r, exactly: {deviceClassName: gpu, allocationMode: ExactCount, count:"
                        + " 3}}",
                    "{matchAttribute: gpu.intel.com/a}")
                .explain("c")
                .nodes()
                .getFirst())
        .isInstanceOfSatisfying(
            NodeAnswer.Fits.class,
            fits ->
                assertThat(fits.devices())
                    .extracting(one -> one.device().device())
                    .containsExactly("g1", "g3", "g4"));
  }

  @ParameterizedTest
  @CsvSource({"matchAttribute, A770, B580", "distinctAttribute, A770, A770"})
  void constraint(String kind, String model, String otherModel) {
    says(
        cluster()
            .node("n1")
            .devices(
                "n1",
                "{name: g1, attributes: {model: {string: %s}}}, {name: g2, attributes: {model: {string: %s}}}"
                    .formatted(model, otherModel))
            .claim(
                "c",
                request("r", "") + "," + request("s", ""),
                "{%s: gpu.intel.com/model}".formatted(kind))
            .explain("c"),
        WaitReason.CONSTRAINT,
        "Request s of claim team/c: on node n1 no choice of devices meets the constraint %s on gpu.intel.com/model (g1 has %s, g2 has %s)."
            .formatted(kind, model, otherModel));
  }

  @Test
  void alternatives() {
    says(
        cluster()
            .node("n1")
            .devices("n1", A770)
            .held("a", "n1", "g1")
            .claim(
                "c",
                "{name: r, firstAvailable: [{name: two, deviceClassName: gpu, count: 2}, {name:"
                    + " one, deviceClassName: gpu, count: 1}]}")
            .explain("c"),
        WaitReason.IN_USE,
        "Request r of claim team/c: on node n1 no alternative can be had: r/two: 1 device suits,"
            + " but 2 are wanted; r/one: 1 device is in use by claim team/a.");
  }

  @Test
  void incompletePool() {
    says(
        cluster()
            .node("n1")
            .slice("n1", "a", 3, 2, "devices: [%s]".formatted(A770))
            .claim("c", request(""))
            .explain("c"),
        WaitReason.POOL_INCOMPLETE,
        "Request r of claim team/c: on node n1 pool gpu.intel.com/n1 is being published:"
            + " generation 3 has 1 of 2 slices.");
  }

  @Test
  void poolThatContradictsItself() {
    says(
        cluster().node("n1").devices("n1", A770 + "," + A770).claim("c", request("")).explain("c"),
        WaitReason.POOL_INVALID,
        "Request r of claim team/c: on node n1 pool gpu.intel.com/n1 contradicts itself: duplicate"
            + " device name g1.");
  }

  @Test
  void moreDevicesThanAClaimCanHave() {
    says(
        cluster()
            .node("n1")
            .devices("n1", A770)
            .claim("c", "{name: r, exactly: {deviceClassName: gpu, count: 33}}")
            .explain("c"),
        WaitReason.TOO_MANY_DEVICES,
        "The scheduler cannot place the pod on any node: claim team/c, request r: more than 32"
            + " devices, which is the most that a claim can have.");
  }

  @Test
  void claimOfAnotherNode() {
    says(
        elsewhere().usedBy("other").explain("a"),
        WaitReason.ALLOCATED_ELSEWHERE,
        "The pod may run on none of 2 nodes: node n1 is left out because claim team/a has devices"
            + " of another node.");
  }

  private static final Pod TWO_CLAIMS =
      pod("{name: a, resourceClaimName: a}, {name: c, resourceClaimName: c}");

  /** A claim has the device of a node where no pod may start. */
  private static ExplainFixtures elsewhere() {
    return cluster()
        .node("n1")
        .node("n2", "unschedulable: true")
        .devices("n1", A770)
        .devices("n2", A770)
        .held("a", "n2", "g1");
  }

  /** The scheduler takes its devices back if it finds no node for the pod. */
  @Test
  void claimOfAnotherNodeThatNoOtherPodUses() {
    assertThat(elsewhere().explain("a").devicesFit()).isTrue();
    assertThat(elsewhere().usedBy("pod").explain("a").devicesFit()).isTrue();
    says(
        elsewhere().held("b", "n1", "g1").explain("a"),
        WaitReason.IN_USE,
        "Request r of claim team/a: on node n1 1 device is in use by claim team/b; other nodes: 1"
            + " node excluded.");
  }

  @Test
  void aClaimIsTakenBackForTheOtherClaimsOfThePod() {
    says(
        new Explainer().explain(elsewhere().claim("c", request("")).view(), TWO_CLAIMS),
        WaitReason.NOT_TOGETHER,
        "Request r of claim team/c: on node n1 there are devices for each request alone, but not"
            + " for all together; other nodes: 1 node excluded.");
    assertThat(
            new Explainer()
                .explain(
                    elsewhere()
                        .node("n3")
                        .devices("n3", A770 + "," + B580)
                        .claim("c", request(""))
                        .view(),
                    TWO_CLAIMS)
                .devicesFit())
        .isTrue();
  }

  /** It is the scheduler's error that ends the attempt, so it takes nothing back. */
  @Test
  void nothingIsTakenBackAfterAnError() {
    says(
        elsewhere()
            .node("n3")
            .claim("c", "{name: r, exactly: {deviceClassName: gpu, count: 33}}")
            .explain("c"),
        WaitReason.TOO_MANY_DEVICES,
        "The scheduler cannot place the pod on any node: claim team/c, request r: more than 32"
            + " devices, which is the most that a claim can have.");
  }

  @Test
  void cordonedNode() {
    says(
        cluster()
            .node("n1", "unschedulable: true")
            .devices("n1", A770)
            .claim("c", request(""))
            .explain("c"),
        WaitReason.NODE_EXCLUDED,
        "The pod may run on none of 1 nodes: node n1 is left out because it is cordoned, which"
            + " kubectl uncordon ends.");
  }

  @Test
  void nodeSelectorOfThePod() {
    PodExplanation explanation =
        new Explainer()
            .explain(
                cluster()
                    .node("n1")
                    .node("n2")
                    .devices("n1", A770)
                    .devices("n2", A770)
                    .held("a", "n2", "g1")
                    .claim("c", request(""))
                    .view(),
                pod("{name: c, resourceClaimName: c}", "nodeSelector: {name: n2}"));
    says(
        explanation,
        WaitReason.IN_USE,
        "Request r of claim team/c: on node n2 1 device is in use by claim team/a; other nodes: 1"
            + " node excluded.");
  }

  private static Pod asking(int number) {
    return pod(
        "",
        "containers: [{name: main, resources: {requests: {gpu.intel.com/i915: %d}}}]"
            .formatted(number));
  }

  private static ExplainFixtures withResource() {
    return cluster().resource("i915", "gpu.intel.com/i915", "2026-01-01T00:00:00Z");
  }

  @Test
  void resourceThatANodeHasOfADevicePlugin() {
    says(
        new Explainer()
            .explain(
                withResource()
                    .node("n1")
                    .plugin("n2", "gpu.intel.com/i915", 2)
                    .plugin("n3", "gpu.intel.com/i915", 1)
                    .view(),
                asking(2)),
        WaitReason.OF_DEVICE_PLUGIN,
        "Node n2 has gpu.intel.com/i915 from a device plugin, and the scheduler's own Event says"
            + " whether it is used up.");
  }

  @Test
  void resourceWithFreeDevices() {
    PodExplanation explanation =
        new Explainer().explain(withResource().node("n1").devices("n1", A770).view(), asking(1));
    assertThat(explanation.reason()).isEqualTo(WaitReason.DEVICES_ARE_FREE);
    assertThat(AnswerTable.of(explanation).nodes().getFirst().requests())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.claim()).isEmpty();
              assertThat(row.request()).isEqualTo("gpu.intel.com/i915 of container main");
              assertThat(row.answer()).isEqualTo("fits: device g1");
            });
  }

  @Test
  void ofTwoClassesWithOneResourceTheNewerCounts() {
    ExplainFixtures cluster =
        withResource()
            .resource("later", "gpu.intel.com/i915", "2026-02-01T00:00:00Z")
            .resource("between", "gpu.intel.com/i915", "2026-01-15T00:00:00Z");
    assertThat(ExtendedResources.of(cluster.view().classes()).classes().get("gpu.intel.com/i915"))
        .extracting(one -> one.getMetadata().getName())
        .isEqualTo("later");
  }

  @Test
  void textOfUsersIsCutAndHarmless() {
    String name = "x".repeat(5000);
    String summary =
        cluster()
            .node("n1")
            .devices("n1", A770)
            .claim("c", select("device.driver == 'a\\\\n\\\\u001b" + name + "'"))
            .explain("c")
            .summary();
    assertThat(summary).hasSizeLessThanOrEqualTo(PodExplanation.MAX_SUMMARY);
    assertThat(summary.chars()).allMatch(c -> c >= ' ');
  }
}
