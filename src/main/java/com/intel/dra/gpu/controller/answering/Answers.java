package com.intel.dra.gpu.controller.answering;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.intel.dra.gpu.controller.explaining.SeenCluster;
import com.intel.dra.gpu.explain.AnswerTable;
import com.intel.dra.gpu.explain.ClusterView;
import com.intel.dra.gpu.explain.Explainer;
import com.intel.dra.gpu.explain.ExtendedResources;
import com.intel.dra.gpu.explain.Fit;
import com.intel.dra.gpu.explain.FitPlan;
import com.intel.dra.gpu.explain.PodExplanation;
import com.intel.dra.gpu.explain.PodGroup;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Answers questions about pods from what this process has seen of the cluster. Says nothing of a
 * pod but its name and the names of its claims, because it is not known to whom it answers.
 */
public final class Answers {

  private static final Logger LOG = Logger.getLogger(Answers.class);

  /** After this time no further pod is placed. */
  static final Duration MOST_TIME = Duration.ofSeconds(10);

  static final int MAX_TEMPLATES = 64;

  /** Of so many workloads that wait, each node's answer is given. */
  private static final int MAX_TABLES = 4;

  private static final int MAX_NODES = 200;
  private static final int MAX_NAME = 253;
  private static final int BAD = 400;
  private static final int DEFECT = 500;
  private static final Map<Integer, String> REASONS =
      Map.of(BAD, "BadRequest", 404, "NotFound", 503, "ServiceUnavailable");

  private static final String NOT_LOOKED_AT =
      "not looked at: CPU, memory, quotas, affinity and spreading of pods, what device plugins"
          + " have, and DeviceTaintRules before Kubernetes 1.37";

  private final SeenCluster cluster;
  private final Explainer explainer;
  private final TemplateSource source;
  private final ManifestReader.Conversion conversion;
  private final InstantSource clock;
  private final ObjectMapper mapper = new ObjectMapper();

  /**
   * @param conversion makes objects of the API of JSON, and throws IllegalArgumentException
   * @param clock one that cannot be set
   */
  public Answers(
      SeenCluster cluster,
      Explainer explainer,
      TemplateSource source,
      ManifestReader.Conversion conversion,
      InstantSource clock) {
    this.cluster = cluster;
    this.explainer = explainer;
    this.source = source;
    this.conversion = conversion;
    this.clock = clock;
  }

  private interface Question {
    ObjectNode answer() throws UnusableRequest;
  }

  /** Says why a pod waits, node by node. */
  public Answer pod(String namespace, String name) {
    return answer(() -> ofPod(namespace, name));
  }

  /**
   * Says how many pods of a manifest would fit. Blocks, for some ten seconds at most if the API
   * server answers.
   *
   * @param replicas instead of what the manifest says; empty for that
   */
  public Answer fit(String namespace, String replicas, String manifest) {
    return answer(() -> ofManifest(namespace, replicas, manifest));
  }

  /** Refuses a request, as the API server refuses one, so that kubectl shows the message. */
  public static Answer refusal(int status, String message) {
    try {
      return new Answer(
          status,
          new ObjectMapper()
              .writeValueAsString(
                  new StatusBuilder()
                      .withStatus("Failure")
                      .withCode(status)
                      .withReason(REASONS.getOrDefault(status, "InternalError"))
                      .withMessage(message)
                      .build()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private Answer answer(Question question) {
    try {
      if (!cluster.isComplete()) {
        throw UnusableRequest.notNow(
            "the controller has not read the whole cluster yet: ask again in some seconds");
      }
      return new Answer(200, mapper.writeValueAsString(question.answer()));
    } catch (UnusableRequest e) {
      return refusal(e.status(), String.valueOf(e.getMessage()));
    } catch (JsonProcessingException | RuntimeException | StackOverflowError e) {
      LOG.error("Defect: a question about pods could not be answered", e);
      return refusal(DEFECT, "defect of the controller: its log says more");
    }
  }

  private ObjectNode ofPod(String namespace, String name) throws UnusableRequest {
    Pod pod =
        cluster.waitingPods().stream()
            .filter(
                one ->
                    Objects.equals(one.getMetadata().getName(), name)
                        && Objects.equals(one.getMetadata().getNamespace(), namespace))
            .findFirst()
            .orElseThrow(
                () ->
                    UnusableRequest.notFound(
                        "pod %s/%s does not wait for devices: it does not exist, has a node, ends, has scheduling gates or asks for no devices"
                            .formatted(
                                ShownText.of(namespace, MAX_NAME), ShownText.of(name, MAX_NAME))));
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("pod", namespace + "/" + name);
    explanation(answer, explainer.explain(cluster.view(), pod));
    answer.putArray("notes").add(NOT_LOOKED_AT);
    return answer;
  }

  private void explanation(ObjectNode answer, PodExplanation explanation) {
    summary(answer, explanation);
    ObjectNode table = mapper.valueToTree(AnswerTable.of(explanation));
    answer.setAll(table);
  }

  private static void summary(ObjectNode answer, PodExplanation explanation) {
    answer.put("reason", explanation.reason().word());
    answer.put("sentence", explanation.summary());
  }

  /** Without answers of nodes. */
  private static void sentence(ObjectNode answer, PodExplanation explanation) {
    summary(answer, explanation);
    answer.putArray("nodes");
    answer.put("nodesInAll", explanation.nodes().size());
    answer.putArray("notShown");
  }

  private ObjectNode ofManifest(String namespace, String replicas, String text)
      throws UnusableRequest {
    Instant until = clock.instant().plus(MOST_TIME);
    ClusterView view = cluster.view();
    Manifest manifest =
        new ManifestReader(
                conversion, namespace, number(replicas), classes -> resources(view, classes))
            .read(text);
    List<Fit> fits =
        explainer.fit(
            view,
            new FitPlan(
                manifest.groups(),
                manifest.classes(),
                manifest.claims(),
                templates(manifest, until)),
            () -> clock.instant().isBefore(until));
    return answer(manifest, fits);
  }

  private static ExtendedResources resources(ClusterView view, List<DeviceClass> more) {
    return ExtendedResources.of(
        view, Stream.concat(view.classes().stream(), more.stream()).toList());
  }

  private static OptionalInt number(String replicas) throws UnusableRequest {
    if (replicas.isEmpty()) {
      return OptionalInt.empty();
    }
    try {
      int number = Integer.parseInt(replicas);
      if (number >= 1 && number <= Explainer.MAX_REPLICAS) {
        return OptionalInt.of(number);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw UnusableRequest.bad(
        "replicas is %s: write a number from 1 to %d"
            .formatted(ShownText.of(replicas, MAX_NAME), Explainer.MAX_REPLICAS));
  }

  /** Those of the manifest, and those of the cluster that its pods name. */
  private List<ResourceClaimTemplate> templates(Manifest manifest, Instant until)
      throws UnusableRequest {
    var known = new LinkedHashMap<String, ResourceClaimTemplate>();
    for (ResourceClaimTemplate template : manifest.templates()) {
      known.put(
          template.getMetadata().getNamespace() + "/" + template.getMetadata().getName(), template);
    }
    int asked = 0;
    for (PodGroup group : manifest.groups()) {
      String namespace = group.pod().getMetadata().getNamespace();
      for (PodResourceClaim claim : group.pod().getSpec().getResourceClaims()) {
        String name = claim.getResourceClaimTemplateName();
        if (name == null || known.containsKey(namespace + "/" + name)) {
          continue;
        }
        if (++asked > MAX_TEMPLATES) {
          throw UnusableRequest.bad(
              "the pods of the manifest name more than %d templates of claims: ask about a part of it"
                  .formatted(MAX_TEMPLATES));
        }
        if (!clock.instant().isBefore(until)) {
          throw UnusableRequest.notNow(
              "the API server takes too long to answer: put ResourceClaimTemplate %s into the manifest, or ask again"
                  .formatted(ShownText.of(name, MAX_NAME)));
        }
        known.put(namespace + "/" + name, ofCluster(group, namespace, name));
      }
    }
    return new ArrayList<>(known.values());
  }

  private ResourceClaimTemplate ofCluster(PodGroup group, String namespace, String name)
      throws UnusableRequest {
    Optional<ResourceClaimTemplate> found;
    try {
      found =
          isName(namespace) && isName(name) ? source.template(namespace, name) : Optional.empty();
    } catch (KubernetesClientException e) {
      LOG.warnf(
          "ResourceClaimTemplate %s/%s could not be read: %s", namespace, name, e.getMessage());
      throw UnusableRequest.notNow(
          "ResourceClaimTemplate %s/%s could not be read: put it into the manifest, or ask again; the controller's log says why"
              .formatted(namespace, name));
    }
    return found.orElseThrow(
        () ->
            UnusableRequest.bad(
                "%s: resourceClaimTemplateName: there is no ResourceClaimTemplate %s in namespace %s: create it, or put it into the manifest"
                    .formatted(
                        group.name(),
                        ShownText.of(name, MAX_NAME),
                        ShownText.of(namespace, MAX_NAME))));
  }

  /** Whether it is one that an object may have. */
  private static boolean isName(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_NAME
        && text.chars()
            .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.')
        && text.charAt(0) != '.';
  }

  private ObjectNode answer(Manifest manifest, List<Fit> fits) {
    int wanted = fits.stream().mapToInt(Fit::wanted).sum();
    int replicas = fits.stream().mapToInt(Fit::replicas).sum();
    boolean givenUp = fits.stream().anyMatch(Fit::isGivenUp);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("allFit", replicas == wanted);
    answer.put("givenUp", givenUp);
    answer.put("wanted", wanted);
    answer.put("replicas", replicas);
    ArrayNode groups = answer.putArray("workloads");
    int tables = 0;
    for (int i = 0; i < fits.size(); i++) {
      tables += fits.get(i).next().isPresent() ? 1 : 0;
      groups.add(group(manifest.groups().get(i), fits.get(i), tables <= MAX_TABLES));
    }
    ArrayNode notes = answer.putArray("notes");
    for (String name : manifest.withoutDevices()) {
      notes.add(name + " needs no devices and is not counted");
    }
    if (manifest.moreWithoutDevices() > 0) {
      notes.add(
          "so it is with %d more, which are not named here"
              .formatted(manifest.moreWithoutDevices()));
    }
    if (tables > MAX_TABLES) {
      notes.add(
          "told node by node only of the first %d workloads that wait: ask about the others alone"
              .formatted(MAX_TABLES));
    }
    notes.add("beside all pods that have devices now");
    notes.add(NOT_LOOKED_AT);
    return answer;
  }

  private ObjectNode group(PodGroup group, Fit fit, boolean nodeByNode) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("workload", group.name());
    answer.put("namespace", group.pod().getMetadata().getNamespace());
    answer.put("wanted", fit.wanted());
    answer.put("replicas", fit.replicas());
    ArrayNode nodes = answer.putArray("nodes");
    new TreeMap<>(fit.byNode())
        .entrySet().stream()
            .limit(MAX_NODES)
            .forEach(
                entry ->
                    nodes
                        .addObject()
                        .put("node", entry.getKey())
                        .put("replicas", entry.getValue()));
    answer.put("nodesInAll", fit.byNode().size());
    if (fit.next().isPresent()) {
      ObjectNode next = answer.putObject("next");
      if (nodeByNode) {
        explanation(next, fit.next().get());
      } else {
        sentence(next, fit.next().get());
      }
    }
    ArrayNode doubts = answer.putArray("doubts");
    fit.doubts().forEach(doubts::add);
    return answer;
  }
}
