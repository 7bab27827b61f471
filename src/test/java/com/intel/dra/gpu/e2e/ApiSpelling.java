package com.intel.dra.gpu.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The version of resource.k8s.io by which tests reach the cluster. They write and read v1alpha2 in
 * classic mode and v1 in structured mode; here it is translated. This is written apart from the
 * driver's own translation, so that a mistake of the driver's shows.
 *
 * @param version for example {@code v1beta1}
 */
record ApiSpelling(String version) implements Interceptor {

  private static final String GROUP = "resource.k8s.io/";
  private static final List<String> BEST_FIRST =
      List.of("v1", "v1beta2", "v1beta1", "v1alpha3", "v1alpha2", "v1alpha1");

  /**
   * Versions in which a request's fields are not below {@code exactly}, and those of a slice's
   * device are below {@code basic}.
   */
  private static final Set<String> OLD_LAYOUTS = Set.of("v1beta1", "v1alpha3");

  private static final YAMLMapper YAML = new YAMLMapper();

  static ApiSpelling of(KubernetesClient client) {
    JsonNode served = json(client.raw("/apis/resource.k8s.io"));
    Set<String> versions = Set.copyOf(served.path("versions").findValuesAsText("version"));
    return new ApiSpelling(
        BEST_FIRST.stream()
            .filter(versions::contains)
            .findFirst()
            .orElseThrow(() -> new AssertionError("the API server serves " + versions)));
  }

  /** Returns the component of deploy/components by which an overlay fits this version. */
  Optional<String> component() {
    return Optional.ofNullable(
        Map.of(
                "v1alpha3", "kubernetes-1.31",
                "v1beta1", "kubernetes-1.32",
                "v1beta2", "kubernetes-1.33")
            .get(version));
  }

  /** Returns whether the scheduler allocates. */
  boolean isStructured() {
    return !Set.of("v1alpha1", "v1alpha2").contains(version);
  }

  /** Returns the version in which tests write and read. */
  private String canonical() {
    return isStructured() ? "v1" : "v1alpha2";
  }

  /** Returns the documents as the API server takes them. */
  String spelled(String documents) {
    if (version.equals(canonical())) {
      return documents;
    }
    try (var read = YAML.readerFor(JsonNode.class).<JsonNode>readValues(documents)) {
      var spelled = new ArrayList<String>();
      while (read.hasNext()) {
        spelled.add(YAML.writeValueAsString(spelled(read.next(), version)));
      }
      return String.join("", spelled);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the object as that version has it. */
  static JsonNode spelled(JsonNode object, String version) {
    String apiVersion = object.path("apiVersion").asText();
    if (!apiVersion.startsWith(GROUP)) {
      return version.equals("v1") ? object : oldLabel(object);
    }
    ((ObjectNode) object).put("apiVersion", GROUP + version);
    if (OLD_LAYOUTS.contains(version)) {
      for (JsonNode request : object.findPath("devices").path("requests")) {
        if (((ObjectNode) request).remove("exactly") instanceof ObjectNode exactly) {
          ((ObjectNode) request).setAll(exactly);
        }
      }
    }
    return object;
  }

  /** The label of namespaces that permits administrative access had another name up to 1.33. */
  private static JsonNode oldLabel(JsonNode object) {
    if (object.path("metadata").path("labels") instanceof ObjectNode labels
        && labels.remove("resource.kubernetes.io/admin-access") instanceof TextNode value) {
      labels.set("resource.k8s.io/admin-access", value);
    }
    return object;
  }

  /** Returns the slice as v1 has it. */
  JsonNode canonicalSlice(JsonNode slice) {
    ((ObjectNode) slice).put("apiVersion", GROUP + "v1");
    for (JsonNode device : slice.path("spec").path("devices")) {
      if (((ObjectNode) device).remove("basic") instanceof ObjectNode basic) {
        ((ObjectNode) device).setAll(basic);
      }
      if (device.path("capacity") instanceof ObjectNode capacity) {
        capacity
            .properties()
            .forEach(
                entry -> {
                  if (entry.getValue().isTextual()) {
                    entry.setValue(YAML.createObjectNode().set("value", entry.getValue()));
                  }
                });
      }
    }
    return slice;
  }

  static JsonNode json(String text) {
    try {
      return YAML.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    String asked = request.uri().toString();
    String served =
        asked.replace("/apis/" + GROUP + canonical() + "/", "/apis/" + GROUP + version + "/");
    if (version.equals("v1alpha1")) {
      served = served.replace("/podschedulingcontexts", "/podschedulings");
    }
    if (!served.equals(asked)) {
      builder.uri(URI.create(served));
    }
  }
}
