package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Compares the table of docs/operate/security.md with the manifests of the build: both must have
 * the same rights. Needs the build, but no cluster.
 */
class RbacTableIT {

  private static final List<Path> MANIFESTS =
      List.of(
          Path.of("target/kubernetes/controller.yml"),
          Path.of("target/kubernetes/node-agent.yml"),
          Path.of("deploy/overlays/structured/slices-rbac.yaml"));

  private static final Pattern ROW =
      Pattern.compile(
          "\\| `(intel-gpu-[a-z-]+)` \\| (cluster|`default`) \\| (.+?) \\| (.+?) \\| (.+?) \\|.*");

  private final YAMLMapper yaml = new YAMLMapper();

  @Test
  void theTableSaysWhatTheManifestsGive() throws IOException {
    Set<String> written = rightsInTheTable();

    assertThat(written).hasSizeGreaterThan(20);
    assertThat(rightsInTheManifests()).containsExactlyInAnyOrderElementsOf(written);
  }

  @Test
  void eachApplicationHasAnAccountOfItsOwnWhichGivesItsTokenToNobodyElse() throws IOException {
    for (String application : List.of(RealCluster.CONTROLLER, RealCluster.AGENT)) {
      assertThat(of("ServiceAccount"))
          .filteredOn(account -> name(account).equals(application))
          .singleElement()
          .satisfies(
              account ->
                  assertThat(account.path("automountServiceAccountToken").asBoolean(true))
                      .isFalse());
    }
    for (JsonNode workload :
        Stream.concat(of("Deployment").stream(), of("DaemonSet").stream()).toList()) {
      JsonNode pod = workload.path("spec").path("template").path("spec");
      assertThat(pod.path("serviceAccountName").asText()).isEqualTo(name(workload));
      assertThat(pod.path("automountServiceAccountToken").asBoolean()).isTrue();
    }
  }

  /** Returns "account scope group resource verb" of each right. */
  private static Set<String> rightsInTheTable() throws IOException {
    var rights = new TreeSet<String>();
    for (String line : Files.readAllLines(Path.of("docs/operate/security.md"))) {
      var row = ROW.matcher(line);
      if (row.matches()) {
        for (String resource : plain(row.group(4))) {
          for (String verb : plain(row.group(5))) {
            String right =
                String.join(
                    " ",
                    row.group(1),
                    plain(row.group(2)).getFirst(),
                    plain(row.group(3)).getFirst(),
                    resource,
                    verb);
            assertThat(rights.add(right)).as("told once: " + right).isTrue();
          }
        }
      }
    }
    return rights;
  }

  private static List<String> plain(String cell) {
    return List.of(cell.replace("`", "").split(",\\s*"));
  }

  private Set<String> rightsInTheManifests() throws IOException {
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

  private List<JsonNode> of(String kind) throws IOException {
    var found = new ArrayList<JsonNode>();
    for (Path manifest : MANIFESTS) {
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

  private static String name(JsonNode object) {
    return object.path("metadata").path("name").asText();
  }
}
