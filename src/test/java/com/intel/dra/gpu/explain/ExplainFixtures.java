package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import com.intel.dra.gpu.explain.search.TaintRule;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReferenceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;

/** A cluster written as YAML, in the shortest form: only what the test is about. */
final class ExplainFixtures {

  private final List<Node> nodes = new ArrayList<>();
  private final List<ResourceSlice> slices = new ArrayList<>();
  private final List<DeviceClass> classes = new ArrayList<>();
  private final List<ResourceClaim> claims = new ArrayList<>();
  private final List<ResourceClaimTemplate> templates = new ArrayList<>();
  private final List<TaintRule> rules = new ArrayList<>();

  /** With the class {@code gpu} of all devices of the driver. */
  static ExplainFixtures cluster() {
    var cluster = new ExplainFixtures();
    cluster.classes.add(
        read(
            """
            metadata: {name: gpu}
            spec: {selectors: [{cel: {expression: "device.driver == 'gpu.intel.com'"}}]}
            """,
            DeviceClass.class));
    return cluster;
  }

  static <T> T read(String yaml, Class<T> type) {
    return Serialization.unmarshal("---\n" + yaml, type);
  }

  /** A node, with more fields of its specification. */
  ExplainFixtures node(String name, String specification) {
    nodes.add(
        read(
            "{metadata: {name: %s, labels: {name: %s}}, spec: {%s}}"
                .formatted(name, name, specification),
            Node.class));
    return this;
  }

  ExplainFixtures node(String name) {
    return node(name, "");
  }

  /** The only slice of a node's pool. */
  ExplainFixtures devices(String node, String devices) {
    return slice(node, "s-" + node, 1, 1, "devices: [%s]".formatted(devices));
  }

  ExplainFixtures slice(String node, String name, long generation, long count, String content) {
    slices.add(
        read(
            """
            metadata: {name: %s}
            spec:
              driver: gpu.intel.com
              nodeName: %s
              pool: {name: %s, generation: %d, resourceSliceCount: %d}
              %s
            """
                .formatted(name, node, node, generation, count, content),
            ResourceSlice.class));
    return this;
  }

  ExplainFixtures deviceClass(String name, String expression) {
    classes.add(
        read(
            "{metadata: {name: %s}, spec: {selectors: [{cel: {expression: \"%s\"}}]}}"
                .formatted(name, expression),
            DeviceClass.class));
    return this;
  }

  /** A class of all devices of the driver, with the name of a resource. */
  ExplainFixtures resource(String className, String resource, String created) {
    classes.add(
        read(
            """
            metadata: {name: %s, creationTimestamp: "%s"}
            spec:
              selectors: [{cel: {expression: "device.driver == 'gpu.intel.com'"}}]
              extendedResourceName: %s
            """
                .formatted(className, created, resource),
            DeviceClass.class));
    return this;
  }

  /** A node with a resource of a device plugin. */
  ExplainFixtures plugin(String node, String resource, int devices) {
    nodes.add(
        read(
            "{metadata: {name: %s}, status: {allocatable: {%s: %d}}}"
                .formatted(node, resource, devices),
            Node.class));
    return this;
  }

  /** A claim that waits; {@code requests} are the elements of the list. */
  ExplainFixtures claim(String name, String requests, String constraints) {
    claims.add(
        read(
            """
            metadata: {namespace: team, name: %s, uid: %s}
            spec: {devices: {requests: [%s], constraints: [%s]}}
            """
                .formatted(name, name, requests, constraints),
            ResourceClaim.class));
    return this;
  }

  ExplainFixtures claim(String name, String requests) {
    return claim(name, requests, "");
  }

  /** A claim that has one device; {@code more} are fields of the result. */
  ExplainFixtures held(String name, String node, String device, String more) {
    claims.add(
        read(
            """
            metadata: {namespace: team, name: %s, uid: %s}
            spec: {devices: {requests: [%s]}}
            status:
              allocation:
                devices:
                  results:
                  - {request: r, driver: gpu.intel.com, pool: %s, device: %s %s}
                nodeSelector:
                  nodeSelectorTerms:
                  - matchFields: [{key: metadata.name, operator: In, values: [%s]}]
            """
                .formatted(name, name, request(""), node, device, more, node),
            ResourceClaim.class));
    return this;
  }

  /** The last claim has this user. */
  ExplainFixtures usedBy(String pod) {
    claims
        .getLast()
        .getStatus()
        .setReservedFor(
            List.of(
                new ResourceClaimConsumerReferenceBuilder()
                    .withResource("pods")
                    .withName(pod)
                    .withUid(pod)
                    .build()));
    return this;
  }

  ExplainFixtures held(String name, String node, String device) {
    return held(name, node, device, "");
  }

  ExplainFixtures template(String name, String requests) {
    templates.add(
        read(
            """
            metadata: {namespace: team, name: %s}
            spec: {spec: {devices: {requests: [%s]}}}
            """
                .formatted(name, requests),
            ResourceClaimTemplate.class));
    return this;
  }

  ExplainFixtures rule(TaintRule rule) {
    rules.add(rule);
    return this;
  }

  ClusterView view() {
    return new ClusterView(
        nodes, slices, classes, claims, templates, rules, SchedulerFeatures.ofMinor(37));
  }

  /** Explains a pod with this claim. */
  PodExplanation explain(String claim) {
    return new Explainer()
        .explain(view(), pod("{name: c, resourceClaimName: %s}".formatted(claim)));
  }

  static Pod pod(String claims) {
    return pod(claims, "");
  }

  static Pod pod(String claims, String specification) {
    return read(
        """
        metadata: {namespace: team, name: pod, uid: pod}
        spec: {resourceClaims: [%s], %s}
        """
            .formatted(claims, specification),
        Pod.class);
  }

  /** A request for devices of the class {@code gpu}. */
  static String request(String name, String more) {
    return "{name: %s, exactly: {deviceClassName: gpu, allocationMode: ExactCount, count: 1 %s}}"
        .formatted(name, more);
  }

  static String request(String more) {
    return request("r", more);
  }
}
