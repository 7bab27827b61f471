package com.intel.dra.gpu.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The rights that manifests give to the driver's accounts. */
public final class ManifestRights {

  /** The manifests that the build's manifests are made from. */
  public static final List<Path> SOURCES =
      List.of(
          Path.of("src/main/kubernetes/rbac-controller.yml"),
          Path.of("src/main/kubernetes/rbac-node-agent.yml"),
          Path.of("deploy/overlays/structured/slices-rbac.yaml"));

  private final List<Path> manifests;
  private final YAMLMapper yaml = new YAMLMapper();

  public ManifestRights(List<Path> manifests) {
    this.manifests = manifests;
  }

  /** Returns "account scope group resource verb" of each right, in the order of the alphabet. */
  public Set<String> all() throws IOException {
    var rights = new TreeSet<String>();
    for (String scope : List.of("Cluster", "")) {
      for (JsonNode binding : of(scope + "RoleBinding")) {
        JsonNode role =
            of(binding.path("roleRef").path("kind").asText()).stream()
                .filter(
                    candidate ->
                        name(candidate).equals(binding.path("roleRef").path("name").asText()))
                .findFirst()
                .orElseThrow();
        assertThat(binding.path("subjects")).hasSize(1);
        assertThat(binding.path("subjects").path(0).path("kind").asText())
            .isEqualTo("ServiceAccount");
        String account = binding.path("subjects").path(0).path("name").asText();
        String where =
            scope.isEmpty() ? binding.path("metadata").path("namespace").asText() : "cluster";
        for (JsonNode rule : role.path("rules")) {
          assertThat(rule.has("nonResourceURLs")).isFalse();
          for (JsonNode group : rule.path("apiGroups")) {
            for (JsonNode resource : rule.path("resources")) {
              // a right for some names only: the names are in brackets after the resource
              String names =
                  rule.path("resourceNames").isEmpty()
                      ? ""
                      : " (%s)".formatted(rule.path("resourceNames").path(0).asText());
              assertThat(rule.path("resourceNames").size()).isLessThanOrEqualTo(1);
              for (JsonNode verb : rule.path("verbs")) {
                rights.add(
                    String.join(
                        " ",
                        account,
                        where,
                        group.asText().isEmpty() ? "core" : group.asText(),
                        resource.asText() + names,
                        verb.asText()));
              }
            }
          }
        }
      }
    }
    return rights;
  }

  /** Returns the objects of the kind. */
  public List<JsonNode> of(String kind) throws IOException {
    var found = new ArrayList<JsonNode>();
    for (Path manifest : manifests) {
      try (var documents = yaml.readerFor(JsonNode.class).<JsonNode>readValues(manifest.toFile())) {
        documents.forEachRemaining(
            document -> {
              if (document.path("kind").asText().equals(kind)) {
                found.add(document);
              }
            });
      }
    }
    return found;
  }

  /** Returns the name of the object. */
  public static String name(JsonNode object) {
    return object.path("metadata").path("name").asText();
  }
}
