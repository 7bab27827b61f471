package com.intel.dra.gpu.explain;

import java.util.ArrayList;
import java.util.List;

/**
 * A pod that waits for one cause, on a node of its own, and what is to be said of it. In all texts
 * {@code $} is the name of the case, which node, pod and claim have, too.
 *
 * @param objects what there is beside node and pod, as YAML; the claims with their status
 * @param sentence with the namespace {@code team}; {@code {nodes}} is the number of all nodes, and
 *     {@code {first}} the one whose name is the first
 */
public record WaitCase(
    String name, String node, List<String> objects, String pod, String sentence) {

  /** The driver of all devices. */
  public static final String DRIVER = "waits.example.com";

  /** The class of all its devices. */
  public static final String CLASS =
      """
      apiVersion: resource.k8s.io/v1
      kind: DeviceClass
      metadata: {name: waits}
      spec: {selectors: [{cel: {expression: "device.driver == 'waits.example.com'"}}]}
      """;

  private static final String IMAGE = "registry.k8s.io/e2e-test-images/busybox:1.29-2";
  private static final String EVERYTHING = "tolerations: [{operator: Exists}]";

  /** Tolerates only that there is no kubelet on the node. */
  public static final String NO_KUBELET =
      """
      tolerations: [{key: node.kubernetes.io/not-ready, operator: Exists}, {key: node.kubernetes.io/unreachable, operator: Exists}]
      """
          .strip();

  private static final String OFFERED = "status: {allocatable: {pods: 110, cpu: 4, memory: 4Gi}}";
  private static final String CLAIM = "resourceClaims: [{name: gpu, resourceClaimName: $}]";
  private static final String HERE = "nodeSelector: {case: $}";
  private static final String MAIN = "containers: [{name: main, image: %s%s}]";

  /** A case with nothing but its node and a pod that names the claim of the case. */
  static WaitCase of(String name) {
    return new WaitCase(
        name,
        OFFERED,
        List.of(),
        String.join(", ", CLAIM, HERE, EVERYTHING, MAIN.formatted(IMAGE, "")),
        "");
  }

  private String named(String text) {
    return text.replace("$", name);
  }

  private WaitCase with(String object) {
    var all = new ArrayList<>(objects);
    all.add(object);
    return new WaitCase(name, node, List.copyOf(all), pod, sentence);
  }

  private WaitCase withPod(String specification) {
    return new WaitCase(name, node, objects, specification, sentence);
  }

  /** Another node: its specification. */
  WaitCase node(String specification) {
    return new WaitCase(
        name, "spec: {%s}\n%s".formatted(specification, OFFERED), objects, pod, sentence);
  }

  /** Another node: what it has of device plugins. */
  WaitCase plugin(String resources) {
    return new WaitCase(
        name, OFFERED.replace("}}", ", %s}}".formatted(resources)), objects, pod, sentence);
  }

  /** Another pod: where it may run, as fields of its specification. */
  WaitCase where(String... fields) {
    return withPod(String.join(", ", CLAIM, String.join(", ", fields), MAIN.formatted(IMAGE, "")));
  }

  /** Another pod: the elements of {@code resourceClaims}. */
  WaitCase claims(String claims) {
    return withPod(
        String.join(
            ", ",
            "resourceClaims: [%s]".formatted(claims),
            HERE,
            EVERYTHING,
            MAIN.formatted(IMAGE, "")));
  }

  /** Another pod: it asks for some of a resource, and its init container for others. */
  WaitCase resource(String resource, int number, int ofInit) {
    String limits = ", resources: {limits: {%s: %d}, requests: {%s: %d}}";
    String init =
        "initContainers: [{name: prepare, image: %s%s}]"
            .formatted(IMAGE, limits.formatted(resource, ofInit, resource, ofInit));
    return withPod(
        String.join(
            ", ",
            HERE,
            EVERYTHING,
            ofInit > 0 ? init : "initContainers: []",
            MAIN.formatted(IMAGE, limits.formatted(resource, number, resource, number))));
  }

  /** The only slice of the node's pool. */
  WaitCase devices(String devices) {
    return slice("", 1, "devices: [%s]".formatted(devices));
  }

  /** A slice of the node's pool. */
  WaitCase slice(String suffix, int ofSlices, String content) {
    return slice(suffix, ofSlices, "nodeName: $", content);
  }

  WaitCase slice(String suffix, int ofSlices, String where, String content) {
    return with(
        """
        apiVersion: resource.k8s.io/v1
        kind: ResourceSlice
        metadata: {name: waits-$%s}
        spec:
          driver: waits.example.com
          pool: {name: $, generation: 1, resourceSliceCount: %d}
          %s
          %s
        """
            .formatted(suffix, ofSlices, where, content));
  }

  WaitCase deviceClass(String expression, String more) {
    return with(
        """
        apiVersion: resource.k8s.io/v1
        kind: DeviceClass
        metadata: {name: $}
        spec: {selectors: [{cel: {expression: "%s"}}]%s}
        """
            .formatted(expression, more));
  }

  WaitCase taintRule(String taint) {
    return with(
        """
        apiVersion: resource.k8s.io/v1
        kind: DeviceTaintRule
        metadata: {name: waits-$}
        spec: {deviceSelector: {driver: waits.example.com, pool: $}, taint: %s}
        """
            .formatted(taint));
  }

  /** The claim of the case; {@code requests} are the elements of the list. */
  WaitCase claim(String requests, String constraints) {
    return with(
        """
        apiVersion: resource.k8s.io/v1
        kind: ResourceClaim
        metadata: {name: $}
        spec: {devices: {requests: [%s], constraints: [%s]}}
        """
            .formatted(requests, constraints));
  }

  /** Another claim. */
  WaitCase otherClaim(String claim, String requests) {
    return with(
        """
        apiVersion: resource.k8s.io/v1
        kind: ResourceClaim
        metadata: {name: %s}
        spec: {devices: {requests: [%s]}}
        """
            .formatted(claim, requests));
  }

  WaitCase claim(String requests) {
    return claim(requests, "");
  }

  /** The same, with a request for devices of the class of all. */
  WaitCase request(String more) {
    return claim(request("r", "waits", 1, more));
  }

  static String request(String name, String deviceClass, int count, String more) {
    return "{name: %s, exactly: {deviceClassName: %s, allocationMode: ExactCount, count: %d%s}}"
        .formatted(name, deviceClass, count, more);
  }

  static String selecting(String expression) {
    return ", selectors: [{cel: {expression: \"%s\"}}]".formatted(expression);
  }

  WaitCase template(String request) {
    return with(
        """
        apiVersion: resource.k8s.io/v1
        kind: ResourceClaimTemplate
        metadata: {name: $}
        spec: {spec: {devices: {requests: [%s]}}}
        """
            .formatted(request));
  }

  /** A claim that has a device of the node; {@code more} are fields of the result. */
  WaitCase held(String claim, String device, String more) {
    return held(claim, device, more, "$", "");
  }

  WaitCase held(String claim, String device) {
    return held(claim, device, "");
  }

  /**
   * @param node where the device is
   * @param more fields of the status
   */
  WaitCase held(String claim, String device, String ofResult, String node, String more) {
    return with(
        """
        apiVersion: resource.k8s.io/v1
        kind: ResourceClaim
        metadata: {name: %s}
        spec: {devices: {requests: [{name: r, exactly: {deviceClassName: waits, allocationMode: ExactCount, count: 1}}]}}
        status:
          allocation:
            devices: {results: [{request: r, driver: waits.example.com, pool: $, device: %s%s}]}
            nodeSelector: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [%s]}]}]}
          %s
        """
            .formatted(claim, device, ofResult, node, more));
  }

  /** A claim that is kept while it is deleted. */
  WaitCase claimThatIsKept() {
    return with(
        """
        apiVersion: resource.k8s.io/v1
        kind: ResourceClaim
        metadata: {name: $, finalizers: [waits.example.com/kept]}
        spec: {devices: {requests: [%s]}}
        """
            .formatted(request("r", "waits", 1, "")));
  }

  WaitCase says(String expected) {
    return new WaitCase(name, node, objects, pod, expected);
  }

  /** Says the same of the node of the case, with a claim that has its name. */
  WaitCase saysOfNode(String request, String rest) {
    return says("Request %s of claim team/$: on node $ %s.".formatted(request, rest));
  }

  /** The node, the objects beside the pod, and the pod, without placeholders. */
  public String nodeYaml() {
    return named(
        """
        apiVersion: v1
        kind: Node
        metadata: {name: $, labels: {case: $, kind-of-node: waits}}
        %s
        """
            .formatted(node));
  }

  public List<String> objectsYaml() {
    return objects.stream().map(this::named).toList();
  }

  public String podYaml() {
    return named(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: $}
        spec: {%s, terminationGracePeriodSeconds: 1}
        """
            .formatted(pod));
  }

  /** The sentence, in another namespace and with the nodes that there are. */
  public String expected(String namespace, int nodes, String first) {
    return named(sentence)
        .replace("team/", namespace + "/")
        .replace("{nodes}", Integer.toString(nodes))
        .replace("{first}", first);
  }

  @Override
  public String toString() {
    return name;
  }
}
