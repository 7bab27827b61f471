package com.intel.dra.gpu.explain;

import static com.intel.dra.gpu.explain.WaitCase.request;
import static com.intel.dra.gpu.explain.WaitCase.selecting;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Pods that wait, each for one cause, with the sentence that their owner is told. */
public final class WaitCases {

  private static final String OF_DRIVER = "device.attributes['waits.example.com']";
  private static final String IN_SENTENCE = "device.attributes[\"waits.example.com\"]";
  private static final String A770 =
      "{name: g1, attributes: {model: {string: A770}, cores: {int: 16}, firmware: {version:"
          + " 1.9.3}}, capacity: {memory: {value: 16Gi}}}";
  private static final String ANY = "{name: g1}";
  private static final String TWO = "{name: g1}, {name: g2}";
  private static final String SHARED =
      "{name: g1, allowMultipleAllocations: true, capacity: {memory: {value: 16Gi, requestPolicy:"
          + " {default: 1Gi, %s}}}}";
  private static final String RANGE =
      SHARED.formatted("validRange: {min: 1Gi, max: 12Gi, step: 1Gi}");
  private static final String VALUES = SHARED.formatted("validValues: [1Gi, 2Gi, 4Gi]");
  private static final String SHARE =
      ", shareID: 7c1e6b43-1a6a-4f5c-9f80-5a1d2f5b6c01, consumedCapacity: {memory: 10Gi}";
  private static final String WHERE = "nodeSelector: {case: $}";

  private WaitCases() {}

  /** All of them. */
  public static List<WaitCase> all() {
    return Stream.of(
            selected(), taken(), shared(), several(), pools(), claims(), nodes(), resources())
        .flatMap(List::stream)
        .toList();
  }

  private static WaitCase on(String name, String devices) {
    return WaitCase.of(name).devices(devices);
  }

  private static String memory(String amount) {
    return ", capacity: {requests: {memory: %s}}".formatted(amount);
  }

  private static List<WaitCase> selected() {
    return List.of(
        on("class-selector", A770)
            .deviceClass(OF_DRIVER + ".?type.orValue('gpu') == 'vf'", "")
            .claim(request("r", "$", 1, ""))
            .saysOfNode(
                "r",
                "no device is of class $: %s.?type.orValue(\"gpu\") == \"vf\" is false (type is not set) for device g1"
                    .formatted(IN_SENTENCE)),
        on("claim-selector", A770)
            .request(selecting(OF_DRIVER + ".model == 'B580'"))
            .saysOfNode(
                "r",
                "no device is selected: %s.model == \"B580\" is false (model is \"A770\") for device g1"
                    .formatted(IN_SENTENCE)),
        on("part-of-selector", A770)
            .request(
                selecting(
                    "device.driver == 'waits.example.com' && %s.cores >= 32".formatted(OF_DRIVER)))
            .saysOfNode(
                "r",
                "no device is selected: %s.cores >= 32 is false (cores is 16) for device g1"
                    .formatted(IN_SENTENCE)),
        on("selector-of-capacity", A770)
            .request(
                selecting(
                    "device.capacity['waits.example.com'].memory.isGreaterThan(quantity('20Gi'))"))
            .saysOfNode(
                "r",
                "no device is selected:"
                    + " device.capacity[\"waits.example.com\"].memory.isGreaterThan(quantity(\"20Gi\"))"
                    + " is false (memory is 16Gi) for device g1"),
        on("selector-of-version", A770)
            .request(selecting(OF_DRIVER + ".firmware.isGreaterThan(semver('2.0.0'))"))
            .saysOfNode(
                "r",
                "no device is selected: %s.firmware.isGreaterThan(semver(\"2.0.0\")) is false (firmware is 1.9.3) for device g1"
                    .formatted(IN_SENTENCE)),
        on("attribute-not-set", A770)
            .request(selecting("has(%s.numa)".formatted(OF_DRIVER)))
            .saysOfNode(
                "r",
                "no device is selected: has(%s.numa) is false (numa is not set) for device g1"
                    .formatted(IN_SENTENCE)),
        on("expression-fails", A770)
            .request(selecting(OF_DRIVER + ".numa == 1"))
            .says(
                "The scheduler cannot place the pod on any node: the selector of request r fails on"
                    + " device waits.example.com/$/g1: key 'numa' is not present in map."),
        on("class-missing", ANY)
            .claim(request("r", "$", 1, ""))
            .says("Request r names device class $, which does not exist."));
  }

  private static List<WaitCase> taken() {
    return List.of(
        on("in-use", TWO)
            .held("$-a", "g1")
            .held("$-b", "g2")
            .request("")
            .saysOfNode("r", "2 devices are in use by claims team/$-a, team/$-b"),
        on("one-of-two", TWO)
            .held("$-a", "g1")
            .claim(request("r", "waits", 2, ""))
            .saysOfNode("r", "1 device is in use by claim team/$-a; 1 is free, but 2 are wanted"),
        on("all-but-one", TWO)
            .held("$-a", "g1")
            .claim("{name: r, exactly: {deviceClassName: waits, allocationMode: All}}")
            .saysOfNode("r", "1 device is in use by claim team/$-a; 1 is free, but 2 are wanted"),
        on("in-use-and-tainted", "{name: g1}, {name: g2, taints: [{key: bad, effect: NoSchedule}]}")
            .held("$-a", "g1")
            .request("")
            .saysOfNode("r", "1 device is in use by claim team/$-a; 1 more is tainted"),
        on("tainted", "{name: g1, taints: [{key: bad, value: v, effect: NoSchedule}]}")
            .request("")
            .saysOfNode(
                "r",
                "1 device has a taint that is not tolerated, such as bad=v:NoSchedule of device"
                    + " g1"),
        on("other-taint-tolerated", "{name: g1, taints: [{key: bad, value: v, effect: NoExecute}]}")
            .request(", tolerations: [{key: bad, operator: Equal, value: w}]")
            .saysOfNode(
                "r",
                "1 device has a taint that is not tolerated, such as bad=v:NoExecute of device g1"),
        on("tainted-by-rule", ANY)
            .taintRule("{key: drain, effect: NoSchedule}")
            .request("")
            .saysOfNode(
                "r",
                "1 device has a taint that is not tolerated, such as drain:NoSchedule of"
                    + " DeviceTaintRule waits-$ of device g1"),
        on("admin-access", "{name: g1, taints: [{key: bad, effect: NoSchedule}]}")
            .held("$-a", "g1")
            .request(", adminAccess: true")
            .saysOfNode(
                "r",
                "1 device has a taint that is not tolerated, such as bad:NoSchedule of device g1"));
  }

  private static List<WaitCase> shared() {
    return List.of(
        partitions("counters")
            .held("$-a", "half")
            .request(selecting("!has(%s.half)".formatted(OF_DRIVER)))
            .saysOfNode(
                "r",
                "device whole needs 16Gi of memory of g1, of which 8Gi is left; claim team/$-a"
                    + " holds the rest"),
        on("capacity", RANGE)
            .held("$-a", "g1", SHARE)
            .request(memory("6500Mi"))
            .saysOfNode(
                "r",
                "7Gi of memory is wanted, and device g1 has 6Gi of 16Gi left; claim team/$-a"
                    + " holds the rest"),
        on("capacity-of-nearest", RANGE + ", " + RANGE.replace("g1", "g2"))
            .held("$-a", "g1", SHARE)
            .held("$-b", "g2", SHARE.replace("c01", "c02").replace("10Gi", "8Gi"))
            .request(memory("12Gi"))
            .saysOfNode(
                "r",
                "12Gi of memory is wanted, and device g2 has 8Gi of 16Gi left; claim team/$-b"
                    + " holds the rest"),
        on("capacity-range", RANGE)
            .request(memory("13Gi"))
            .saysOfNode("r", "13Gi of memory is wanted, and device g1 has at most 12Gi"),
        on("capacity-values", VALUES)
            .request(memory("5Gi"))
            .saysOfNode("r", "5Gi of memory is wanted, and device g1 has at most 4Gi"),
        on("capacity-unknown", RANGE)
            .request(", capacity: {requests: {cores: 4}}")
            .saysOfNode("r", "4 of cores is wanted, and device g1 has no such capacity"));
  }

  private static WaitCase partitions(String name) {
    return WaitCase.of(name)
        .slice("-a", 2, "sharedCounters: [{name: g1, counters: {memory: {value: 16Gi}}}]")
        .slice(
            "-b",
            2,
            "devices: [{name: whole, attributes: {model: {string: A770}}, consumesCounters:"
                + " [{counterSet: g1, counters: {memory: {value: 16Gi}}}]}, {name: half,"
                + " attributes: {half: {bool: true}}, consumesCounters: [{counterSet: g1,"
                + " counters: {memory: {value: 8Gi}}}]}]");
  }

  private static List<WaitCase> several() {
    String both = request("r", "waits", 1, "") + ", " + request("s", "waits", 1, "");
    return List.of(
        on("too-few", ANY)
            .claim(request("r", "waits", 2, ""))
            .saysOfNode("r", "1 device suits, but 2 are wanted"),
        on("too-many", ANY)
            .claim(request("r", "waits", 33, ""))
            .says(
                "The scheduler cannot place the pod on any node: claim team/$, request r: more than"
                    + " 32 devices, which is the most that a claim can have."),
        on("too-many-together", ANY)
            .claim(request("r", "waits", 20, "") + ", " + request("s", "waits", 20, ""))
            .says(
                "The scheduler cannot place the pod on any node: claim team/$, request s: more than"
                    + " 32 devices, which is the most that a claim can have."),
        on(
                "match-attribute",
                "{name: g1, attributes: {numa: {int: 0}}}, {name: g2, attributes: {numa: {int:"
                    + " 1}}}")
            .claim(both, "{matchAttribute: waits.example.com/numa}")
            .saysOfNode(
                "s",
                "no choice of devices meets the constraint matchAttribute on waits.example.com/numa"
                    + " (g1 has 0, g2 has 1)"),
        on("match-attribute-not-set", ANY)
            .claim(request("r", "waits", 1, ""), "{matchAttribute: waits.example.com/numa}")
            .saysOfNode(
                "r",
                "no choice of devices meets the constraint matchAttribute on waits.example.com/numa"
                    + " (g1 does not have it)"),
        on(
                "distinct-attribute",
                "{name: g1, attributes: {model: {string: A}}}, {name: g2, attributes: {model:"
                    + " {string: A}}}")
            .claim(both, "{distinctAttribute: waits.example.com/model}")
            .saysOfNode(
                "s",
                "no choice of devices meets the constraint distinctAttribute on"
                    + " waits.example.com/model (g1 has A, g2 has A)"),
        partitions("not-together")
            .claim(
                request("r", "waits", 1, "")
                    + ", "
                    + request("s", "waits", 1, selecting("has(%s.half)".formatted(OF_DRIVER))))
            .saysOfNode("s", "there are devices for each request alone, but not for all together"),
        on("alternatives", A770)
            .held("$-a", "g1")
            .claim(
                "{name: r, firstAvailable: [{name: two, deviceClassName: waits, allocationMode:"
                    + " ExactCount, count: 2}, {name: other, deviceClassName: waits,"
                    + " allocationMode: ExactCount, count: 1, selectors: [{cel: {expression:"
                    + " \"%s.model == 'B580'\"}}]}, {name: one, deviceClassName: waits,"
                        .formatted(OF_DRIVER)
                    + " allocationMode: ExactCount, count: 1}]}")
            .saysOfNode(
                "r",
                "no alternative can be had: r/two: 1 device suits, but 2 are wanted; r/other: no"
                    + " device is selected: %s.model == \"B580\" is false (model is \"A770\") for device g1; r/one: 1 device is in use by claim team/$-a"
                        .formatted(IN_SENTENCE)),
        on("second-claim", TWO)
            .held("$-a", "g1")
            .request("")
            .claims("{name: one, resourceClaimName: $}, {name: two, resourceClaimName: $-second}")
            .otherClaim("$-second", request("s", "waits", 2, ""))
            .says(
                "Request s of claim team/$-second: on node $ 1 device is in use by claim team/$-a;"
                    + " 1 is free, but 2 are wanted."));
  }

  private static List<WaitCase> pools() {
    return List.of(
        WaitCase.of("no-devices").request("").saysOfNode("r", "no devices are published"),
        WaitCase.of("slice-of-other-nodes")
            .slice(
                "",
                1,
                "nodeSelector: {nodeSelectorTerms: [{matchExpressions: [{key: case, operator: In,"
                    + " values: [$-other]}]}]}",
                "devices: [{name: g1}]")
            .request("")
            .saysOfNode("r", "no devices are published"),
        WaitCase.of("incomplete-pool")
            .slice("", 2, "devices: [{name: g1}]")
            .request("")
            .saysOfNode(
                "r", "pool waits.example.com/$ is being published: generation 1 has 1 of 2 slices"),
        WaitCase.of("invalid-pool")
            .slice("-a", 2, "devices: [{name: g1}]")
            .slice("-b", 2, "devices: [{name: g1}]")
            .request("")
            .saysOfNode(
                "r", "pool waits.example.com/$ contradicts itself: duplicate device name g1"));
  }

  private static List<WaitCase> claims() {
    String users =
        IntStream.range(0, 256).mapToObj(WaitCases::user).collect(Collectors.joining(", "));
    return List.of(
        on("claim-missing", ANY).says("Claim team/$ does not exist."),
        on("claim-being-deleted", ANY).claimThatIsKept().says("Claim team/$ is being deleted."),
        on("claim-full", ANY)
            .held("$", "g1", "", "$", "reservedFor: [%s]".formatted(users))
            .says("Claim team/$ has 256 users, which is the most that a claim can have."),
        // in use by something, because the scheduler takes back the devices of a claim without
        // users
        on("claim-of-other-node", ANY)
            .held("$", "g1", "", "$-other", "reservedFor: [%s]".formatted(user(0)))
            .says(
                "The pod may run on none of {nodes} nodes: node $ is left out because claim team/$"
                    + " has devices of another node."),
        on("claim-taken-back", ANY)
            .held("$", "g9", "", "$-other", "")
            .held("$-a", "g1")
            .saysOfNode("r", "1 device is in use by claim team/$-a"),
        on("template-missing", ANY)
            .claims("{name: gpu, resourceClaimTemplateName: $}")
            .says(NOT_MADE),
        on("admin-access-forbidden", ANY)
            .template(request("r", "waits", 1, ", adminAccess: true"))
            .claims("{name: gpu, resourceClaimTemplateName: $}")
            .says(NOT_MADE));
  }

  private static String user(int number) {
    return "{apiGroup: waits.example.com, resource: users, name: u%d, uid: u%d}"
        .formatted(number, number);
  }

  private static final String NOT_MADE =
      "The claim gpu of the pod is not made from template $ yet: if it stays so, the template does"
          + " not exist, or the pod's Event FailedResourceClaimCreation says more.";

  private static List<WaitCase> nodes() {
    String none = "The pod may run on none of {nodes} nodes: node %s is left out because %s.";
    return List.of(
        on("node-selector", ANY)
            .request("")
            .where("nodeSelector: {zone: nowhere}", "tolerations: [{operator: Exists}]")
            .says(
                none.formatted(
                    "{first}",
                    "it does not have the label zone=nowhere of the pod's node selector")),
        on("node-affinity", ANY)
            .request("")
            .where(
                WHERE,
                "tolerations: [{operator: Exists}]",
                "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
                    + " {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator:"
                    + " Exists}]}]}}}")
            .says(none.formatted("$", "the pod's node affinity does not name it")),
        on("node-taint", ANY)
            .node("taints: [{key: dedicated, value: other, effect: NoSchedule}]")
            .request("")
            .where(WHERE, WaitCase.NO_KUBELET)
            .says(
                none.formatted(
                    "$", "the pod does not tolerate its taint dedicated=other:NoSchedule")),
        on("cordoned", ANY)
            .node("unschedulable: true")
            .request("")
            .where(WHERE, WaitCase.NO_KUBELET)
            .says(none.formatted("$", "it is cordoned, which kubectl uncordon ends")));
  }

  private static List<WaitCase> resources() {
    String named = ", extendedResourceName: waits.example.com/$";
    String all = "device.driver == 'waits.example.com'";
    String said = "Resource waits.example.com/$ of container main: on node $ %s.";
    return List.of(
        on("resource-in-use", ANY)
            .deviceClass(all, named)
            .held("$-a", "g1")
            .resource("waits.example.com/$", 1, 0)
            .says(said.formatted("1 device is in use by claim team/$-a")),
        on("resource-not-selected", A770)
            .deviceClass(OF_DRIVER + ".model == 'B580'", named)
            .resource("waits.example.com/$", 1, 0)
            .says(
                said.formatted(
                    "no device is of class $: %s.model == \"B580\" is false (model is \"A770\") for device g1"
                        .formatted(IN_SENTENCE))),
        on("resource-of-class", ANY)
            .deviceClass(all, "")
            .resource("deviceclass.resource.kubernetes.io/$", 2, 0)
            .says(
                "Resource deviceclass.resource.kubernetes.io/$ of container main: on node $ 1"
                    + " device suits, but 2 are wanted."),
        on("resource-of-init", ANY)
            .deviceClass(all, named)
            .resource("waits.example.com/$", 1, 3)
            .says(
                "Resource waits.example.com/$ of container prepare: on node $ 1 device suits, but 2"
                    + " are wanted."),
        on("resource-of-plugin", ANY)
            .plugin("waits.example.com/$: 1")
            .deviceClass(all, named)
            .resource("waits.example.com/$", 2, 0)
            .says(
                "The pod may run on none of {nodes} nodes: node $ is left out because its device"
                    + " plugin has 1 of waits.example.com/$ in all, and the pod wants 2."));
  }
}
