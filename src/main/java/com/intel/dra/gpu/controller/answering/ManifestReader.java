package com.intel.dra.gpu.controller.answering;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.intel.dra.gpu.explain.Explainer;
import com.intel.dra.gpu.explain.ExtendedResources;
import com.intel.dra.gpu.explain.PodGroup;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Finds pods, and what makes pods, in a manifest. Looks only at the fields that decide about
 * devices.
 */
public final class ManifestReader {

  static final int MAX_GROUPS = 32;
  private static final int MAX_NAME = 253;
  private static final int MAX_MESSAGE = 300;

  /** What the node may see of a pod, apart from its claims. */
  private static final List<String> USED_OF_POD_SPEC =
      List.of("resourceClaims", "nodeSelector", "tolerations");

  /** The groups of the kinds that are looked at; other projects have kinds of the same names. */
  private static final Map<String, String> GROUPS =
      Map.ofEntries(
          Map.entry("Pod", ""),
          Map.entry("PodTemplate", ""),
          Map.entry("ReplicationController", ""),
          Map.entry("Deployment", "apps"),
          Map.entry("ReplicaSet", "apps"),
          Map.entry("StatefulSet", "apps"),
          Map.entry("DaemonSet", "apps"),
          Map.entry("Job", "batch"),
          Map.entry("CronJob", "batch"),
          Map.entry("ResourceClaim", "resource.k8s.io"),
          Map.entry("ResourceClaimTemplate", "resource.k8s.io"),
          Map.entry("DeviceClass", "resource.k8s.io"));

  /** The DaemonSet controller adds them. */
  private static final List<String> TOLERATED_BY_DAEMONS =
      List.of(
          "not-ready",
          "unreachable",
          "disk-pressure",
          "memory-pressure",
          "pid-pressure",
          "unschedulable");

  /** Converts JSON to an object of the API, as the Kubernetes client does. */
  public interface Conversion {
    <T> T to(JsonNode json, Class<T> type);
  }

  private final Conversion conversion;
  private final String namespace;
  private final OptionalInt replicas;
  private final Function<List<DeviceClass>, ExtendedResources> resources;
  private final List<PodGroup> all = new ArrayList<>();
  private final List<DeviceClass> classes = new ArrayList<>();
  private final List<ResourceClaim> claims = new ArrayList<>();
  private final List<ResourceClaimTemplate> templates = new ArrayList<>();
  private final Set<String> others = new TreeSet<>();
  private final List<String> withoutDevices = new ArrayList<>();
  private int moreWithoutDevices;

  /**
   * @param namespace of objects that name none
   * @param replicas instead of what the manifest says; then it may have only one kind of pods
   * @param resources the names by which containers can ask for devices, with these classes beside
   *     those of the cluster
   */
  ManifestReader(
      Conversion conversion,
      String namespace,
      OptionalInt replicas,
      Function<List<DeviceClass>, ExtendedResources> resources) {
    this.resources = resources;
    this.conversion = conversion;
    this.namespace = namespace;
    this.replicas = replicas;
  }

  Manifest read(String text) throws UnusableRequest {
    for (JsonNode document : YamlDocuments.read(text)) {
      add(document);
    }
    ExtendedResources known = resources.apply(classes);
    var groups = new ArrayList<PodGroup>();
    for (PodGroup group : all) {
      if (needsDevices(group.pod().getSpec(), known)) {
        groups.add(group);
      } else {
        withoutDevices(group.name());
      }
    }
    if (groups.size() > MAX_GROUPS) {
      throw UnusableRequest.bad(
          "the manifest has more than %d kinds of pods: ask about a part of it"
              .formatted(MAX_GROUPS));
    }
    if (groups.isEmpty()) {
      throw UnusableRequest.bad(
          withoutDevices.isEmpty()
              ? "the manifest has no pods%s: it needs a Pod, Deployment, StatefulSet, ReplicaSet, Job, CronJob, DaemonSet or PodTemplate"
                  .formatted(others.isEmpty() ? "" : ", only " + String.join(", ", others))
              : "%s: spec.resourceClaims of the pod is empty, and its containers ask for no resource of a device class, so that it needs no devices: name a claim or a template there"
                  .formatted(withoutDevices.getFirst()));
    }
    if (replicas.isPresent() && groups.size() > 1) {
      throw UnusableRequest.bad(
          "replicas is for one kind of pods, and the manifest has %d (%s, %s): ask without it, or about one of them"
              .formatted(groups.size(), groups.get(0).name(), groups.get(1).name()));
    }
    return new Manifest(groups, withoutDevices, moreWithoutDevices, classes, claims, templates);
  }

  private static boolean needsDevices(PodSpec spec, ExtendedResources known) {
    return !spec.getResourceClaims().isEmpty() || known.areAskedForBy(spec);
  }

  /** Whether no class can change that the pod needs no devices. */
  private static boolean asksForNothing(PodSpec spec) {
    return spec.getResourceClaims().isEmpty()
        && Stream.concat(spec.getContainers().stream(), spec.getInitContainers().stream())
            .allMatch(container -> container.getResources().getRequests().isEmpty());
  }

  private void withoutDevices(String called) {
    if (withoutDevices.size() < MAX_GROUPS) {
      withoutDevices.add(called);
    } else {
      moreWithoutDevices++;
    }
  }

  private void add(JsonNode object) throws UnusableRequest {
    String kind = object.path("kind").asText("");
    if (!object.isObject() || kind.isEmpty()) {
      throw UnusableRequest.bad(
          "the manifest has a document that is no object with a kind: each begins with apiVersion"
              + " and kind");
    }
    if (isOfOthers(kind, object)) {
      other(kind + " of " + object.path("apiVersion").asText());
      return;
    }
    JsonNode spec = object.path("spec");
    switch (kind) {
      case "Pod" -> addGroup(object, spec, 1, "");
      case "Deployment", "ReplicaSet", "StatefulSet", "ReplicationController" ->
          addGroup(
              object,
              spec.path("template").path("spec"),
              number(object, "spec.replicas", spec.path("replicas"), 1),
              "spec.template.");
      case "DaemonSet" -> addGroup(object, spec.path("template").path("spec"), 1, "spec.template.");
      case "Job" -> addJob(object, spec, "spec.");
      case "CronJob" ->
          addJob(object, spec.path("jobTemplate").path("spec"), "spec.jobTemplate.spec.");
      case "PodTemplate" -> addGroup(object, object.path("template").path("spec"), 1, "template.");
      case "ResourceClaim" -> claims.add(converted(object, ResourceClaim.class));
      case "ResourceClaimTemplate" -> templates.add(converted(object, ResourceClaimTemplate.class));
      case "DeviceClass" -> classes.add(converted(object, DeviceClass.class));
      default -> {
        JsonNode items = object.path("items");
        if (kind.endsWith("List") && items.isArray()) {
          for (JsonNode item : items) {
            add(item);
          }
        } else {
          other(kind);
        }
      }
    }
  }

  /** An object without apiVersion is taken for what its kind says. */
  private static boolean isOfOthers(String kind, JsonNode object) {
    String group = GROUPS.get(kind);
    String version = object.path("apiVersion").asText("");
    int slash = version.indexOf('/');
    return group != null
        && !version.isEmpty()
        && !group.equals(slash < 0 ? "" : version.substring(0, slash));
  }

  private void other(String kind) {
    if (others.size() < MAX_GROUPS) {
      others.add(ShownText.of(kind, MAX_NAME));
    }
  }

  private void addJob(JsonNode object, JsonNode spec, String path) throws UnusableRequest {
    int parallelism = number(object, path + "parallelism", spec.path("parallelism"), 1);
    int completions = number(object, path + "completions", spec.path("completions"), parallelism);
    addGroup(
        object,
        spec.path("template").path("spec"),
        Math.min(parallelism, completions),
        path + "template.");
  }

  private static int number(JsonNode object, String field, JsonNode value, int otherwise)
      throws UnusableRequest {
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isIntegralNumber() || value.asLong() < 0) {
      throw UnusableRequest.bad(
          "%s: %s is %s: write a number of 0 or more"
              .formatted(called(object), field, ShownText.of(value.toString(), MAX_MESSAGE)));
    }
    return (int) Math.min(value.asLong(), Explainer.MAX_REPLICAS);
  }

  private void addGroup(JsonNode object, JsonNode podSpec, int number, String path)
      throws UnusableRequest {
    String called = called(object);
    if (!podSpec.isObject()) {
      throw UnusableRequest.bad(
          "%s: %sspec is missing: write the pod's spec there".formatted(called, path));
    }
    boolean oneANode = object.path("kind").asText().equals("DaemonSet");
    if (oneANode && replicas.isPresent()) {
      throw UnusableRequest.bad(
          "%s: a DaemonSet has one pod a node: ask without replicas".formatted(called));
    }
    PodSpec spec = podSpec(called, path, podSpec);
    if (asksForNothing(spec)) {
      withoutDevices(called);
      return;
    }
    if (oneANode) {
      TOLERATED_BY_DAEMONS.forEach(
          name ->
              spec.getTolerations()
                  .add(
                      new TolerationBuilder()
                          .withKey("node.kubernetes.io/" + name)
                          .withOperator("Exists")
                          .build()));
    }
    for (PodResourceClaim claim : spec.getResourceClaims()) {
      if ((claim.getResourceClaimName() == null)
          == (claim.getResourceClaimTemplateName() == null)) {
        throw UnusableRequest.bad(
            "%s: %sspec.resourceClaims has an element that does not name either a resourceClaimName or a resourceClaimTemplateName: write one of them"
                .formatted(called, path));
      }
    }
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(name(object))
            .withNamespace(namespace(object))
            .endMetadata()
            .withSpec(spec)
            .build();
    all.add(new PodGroup(called, pod, replicas.orElse(number), oneANode));
  }

  /** As part of a pod, because the client bounds what it keeps of pods. */
  private PodSpec podSpec(String called, String path, JsonNode spec) throws UnusableRequest {
    ObjectNode used = JsonNodeFactory.instance.objectNode();
    for (String field : USED_OF_POD_SPEC) {
      if (spec.hasNonNull(field)) {
        used.set(field, spec.get(field));
      }
    }
    for (String field : List.of("containers", "initContainers")) {
      if (spec.path(field).isArray()) {
        ArrayNode containers = used.putArray(field);
        spec.get(field).forEach(container -> containers.add(container(container)));
      }
    }
    JsonNode nodeAffinity = spec.path("affinity").path("nodeAffinity");
    if (nodeAffinity.isObject()) {
      used.putObject("affinity").set("nodeAffinity", nodeAffinity);
    }
    ObjectNode pod = JsonNodeFactory.instance.objectNode();
    pod.set("spec", ApiLimits.ofPod(called, path + "spec", used));
    return convert(called, path, pod, Pod.class).getSpec();
  }

  /** As the API server would complete it: what is limited is asked for. */
  private static ObjectNode container(JsonNode container) {
    ObjectNode used = JsonNodeFactory.instance.objectNode();
    used.put("name", ShownText.of(container.path("name").asText(""), MAX_NAME));
    if (container.path("restartPolicy").isTextual()) {
      used.set("restartPolicy", container.get("restartPolicy"));
    }
    ObjectNode requests = used.putObject("resources").putObject("requests");
    for (String field : List.of("limits", "requests")) {
      container
          .path("resources")
          .path(field)
          .properties()
          .forEach(
              one -> {
                if (ExtendedResources.isPossible(one.getKey())) {
                  requests.set(one.getKey(), one.getValue());
                }
              });
    }
    return used;
  }

  private <T extends HasMetadata> T converted(JsonNode object, Class<T> type)
      throws UnusableRequest {
    ObjectNode copy = JsonNodeFactory.instance.objectNode();
    for (String field : List.of("apiVersion", "kind")) {
      if (object.hasNonNull(field)) {
        copy.set(field, object.get(field));
      }
    }
    if (!object.path("spec").isObject()) {
      throw UnusableRequest.bad(
          "%s: spec is missing: write what it asks for".formatted(called(object)));
    }
    copy.set("spec", ApiLimits.ofClaim(called(object), "spec", object.get("spec")));
    copy.putObject("metadata").put("name", name(object));
    T read = convert(called(object), "", copy, type);
    if (read instanceof ResourceClaimTemplate template && template.getSpec().getSpec() == null) {
      throw UnusableRequest.bad(
          "%s: spec.spec is missing: write the claim's spec there".formatted(called(object)));
    }
    read.getMetadata().setNamespace(namespace(object));
    return read;
  }

  private <T> T convert(String called, String path, JsonNode json, Class<T> type)
      throws UnusableRequest {
    try {
      return conversion.to(json, type);
    } catch (IllegalArgumentException e) {
      throw UnusableRequest.bad(
          "%s: %s has a value of the wrong kind: compare it with kubectl explain"
              .formatted(called, place(path, e)));
    }
  }

  private static String place(String path, IllegalArgumentException e) {
    return e.getCause() instanceof JsonMappingException mapping
        ? ShownText.of(
            path
                + String.join(
                    ".",
                    mapping.getPath().stream()
                        .flatMap(one -> Stream.ofNullable(one.getFieldName()))
                        .toList()),
            MAX_MESSAGE)
        : path + "*";
  }

  private static String name(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    String name = metadata.path("name").asText("");
    return ShownText.of(name.isEmpty() ? metadata.path("generateName").asText("") : name, MAX_NAME);
  }

  private String namespace(JsonNode object) {
    String own = object.path("metadata").path("namespace").asText("");
    return own.isEmpty() ? namespace : ShownText.of(own, MAX_NAME);
  }

  private static String called(JsonNode object) {
    return ShownText.of(object.path("kind").asText(), MAX_NAME) + " " + name(object);
  }
}
