package com.intel.dra.gpu.controller.answering;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.intel.dra.gpu.controller.cluster.WithoutUnusedFields;
import com.intel.dra.gpu.controller.explaining.SeenCluster;
import com.intel.dra.gpu.explain.ClusterView;
import com.intel.dra.gpu.explain.Explainer;
import com.intel.dra.gpu.explain.search.SchedulerFeatures;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Manifests that would take more memory or time than the controller has, none larger than it takes.
 * As a program: asks how many of their pods fit, and prints what is answered.
 */
final class HostileManifests {

  private static final String POD =
      "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},\"spec\":{%s\"resourceClaims\":[%s]}}";
  private static final String CLAIM = "{\"name\":\"gpu\",\"resourceClaimTemplateName\":\"t\"}";
  private static final String REQUEST =
      "{\"name\":\"r\",\"exactly\":{\"deviceClassName\":\"gpu\"}}";

  private HostileManifests() {}

  /** Makes objects as the controller does. */
  static KubernetesSerialization serialization() {
    var mapper = new ObjectMapper();
    new WithoutUnusedFields(true).customize(mapper);
    return new KubernetesSerialization(mapper, true);
  }

  /** Converts as the controller does. */
  static final class Conversion implements ManifestReader.Conversion {
    private final KubernetesSerialization serialization = serialization();

    @Override
    public <T> T to(JsonNode json, Class<T> type) {
      return serialization.convertValue(json, type);
    }
  }

  /** By what they are; each is made when it is needed. */
  static SequencedMap<String, Supplier<String>> all() {
    var all = new LinkedHashMap<String, Supplier<String>>();
    all.put("elements in YAML", () -> "kind: Pod\na: [" + "b,".repeat(500_000) + "]");
    all.put("lists in YAML", () -> "kind: Pod\na: [" + "[],".repeat(330_000) + "]");
    all.put("elements in JSON", () -> "{\"kind\":\"Pod\",\"a\":[" + repeated("{}", 330_000) + "]}");
    all.put("documents", () -> "--- a\n".repeat(170_000));
    all.put("keys", () -> numbered("k%d: v\n", 90_000, ""));
    all.put("anchors", () -> "kind: Pod\na: [" + numbered("&a%d b", 90_000, ",") + "]");
    all.put(
        "things without pods",
        () -> "{\"kind\":\"List\",\"items\":[" + repeated("{\"kind\":\"X\"}", 80_000) + "]}");
    all.put(
        "pods without claims",
        () ->
            "a: &a {kind: Pod, metadata: {name: %s}, spec: {}}\nkind: PodList\nitems: [%s]"
                .formatted("n".repeat(250), repeated("*a", 49_000)));
    all.put(
        "claims of a pod and requests of a template",
        () -> both(template(repeated(REQUEST, 250)), POD.formatted("", repeated(CLAIM, 18_000))));
    all.put(
        "requests of a template",
        () -> both(template(repeated(REQUEST, 20_000)), POD.formatted("", CLAIM)));
    all.put(
        "tolerations of a pod",
        () ->
            both(
                template(REQUEST),
                POD.formatted("\"tolerations\":[" + repeated("{}", 300_000) + "],", CLAIM)));
    all.put(
        "selectors of a class",
        () ->
            both(
                "{\"kind\":\"DeviceClass\",\"metadata\":{\"name\":\"gpu\"},\"spec\":{\"selectors\":["
                    + repeated("{\"cel\":{\"expression\":\"true\"}}", 20_000)
                    + "]}}",
                both(template(repeated(REQUEST, 32)), POD.formatted("", repeated(CLAIM, 300)))));
    for (String odd :
        List.of(
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
                + " {nodeSelectorTerms: [{matchExpressions: [{operator: Exists}]}]}}}",
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
                + " {nodeSelectorTerms: [{matchFields: [{}]}]}}}",
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {}}}",
            "tolerations: [{}]",
            "nodeSelector: {a: null}")) {
      all.put(
          odd,
          () ->
              template(REQUEST)
                  + "\n---\n{kind: Pod, spec: {resourceClaims: [{resourceClaimTemplateName: t}], "
                  + odd
                  + "}}");
    }
    for (String odd :
        List.of(
            "{}",
            "{\"exactly\":{}}",
            "{\"firstAvailable\":[{}]}",
            "{\"exactly\":{\"deviceClassName\":\"gpu\",\"selectors\":[{}],\"tolerations\":[{}]}}",
            "{\"exactly\":{\"deviceClassName\":\"gpu\",\"capacity\":{}}}",
            "{\"exactly\":{\"deviceClassName\":\"gpu\",\"capacity\":{\"requests\":{\"m\":1e999999999}}}}",
            "{\"exactly\":{\"deviceClassName\":\"gpu\",\"capacity\":{\"requests\":{\"m\":\"x\"}}}}",
            "{\"exactly\":{\"deviceClassName\":\"gpu\",\"count\":99999999999999999999}}")) {
      all.put(odd, () -> both(template(odd), POD.formatted("", CLAIM)));
    }
    return all;
  }

  private static String template(String requests) {
    return "{\"kind\":\"ResourceClaimTemplate\",\"metadata\":{\"name\":\"t\"},\"spec\":{\"spec\":{\"devices\":{\"requests\":[%s]}}}}"
        .formatted(requests);
  }

  private static String both(String one, String other) {
    return "{\"kind\":\"List\",\"items\":[%s,%s]}".formatted(one, other);
  }

  private static String repeated(String element, int times) {
    return (element + ",").repeat(times - 1) + element;
  }

  private static String numbered(String format, int times, String between) {
    return IntStream.range(0, times)
        .mapToObj(i -> String.format(format, i))
        .collect(Collectors.joining(between));
  }

  private record OneNode(ClusterView view) implements SeenCluster {
    @Override
    public boolean isComplete() {
      return true;
    }

    @Override
    public List<Pod> waitingPods() {
      return List.of();
    }

    @Override
    public long changes() {
      return 0;
    }
  }

  private static OneNode cluster() {
    KubernetesSerialization serialization = serialization();
    return new OneNode(
        new ClusterView(
            List.of(serialization.unmarshal("---\n{metadata: {name: n1}, spec: {}}", Node.class)),
            List.of(
                serialization.unmarshal(
                    "---\n"
                        + "{metadata: {name: s}, spec: {driver: d, nodeName: n1, pool: {name: n1,"
                        + " generation: 1, resourceSliceCount: 1}, devices: [{name: g1,"
                        + " allowMultipleAllocations: true}]}}",
                    ResourceSlice.class)),
            List.of(
                serialization.unmarshal(
                    "---\n{metadata: {name: gpu}, spec: {}}", DeviceClass.class)),
            List.of(),
            List.of(),
            List.of(),
            SchedulerFeatures.ofMinor(37)));
  }

  public static void main(String[] arguments) {
    var answers =
        new Answers(
            cluster(),
            new Explainer(),
            (namespace, name) -> Optional.empty(),
            new Conversion(),
            Clock.systemUTC());
    for (Map.Entry<String, Supplier<String>> one : all().entrySet()) {
      String text = one.getValue().get();
      if (text.length() > ExplainEndpoint.MAX_BODY_BYTES) {
        throw new IllegalStateException(one.getKey() + " is too large: " + text.length());
      }
      Answer answer = answers.fit("team", "", text);
      System.out.println(
          one.getKey()
              + ": "
              + answer.status()
              + (answer.json().length() > ExplainEndpoint.MAX_BODY_BYTES ? " at length" : ""));
    }
  }
}
