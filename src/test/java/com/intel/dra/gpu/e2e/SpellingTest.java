package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * deploy/spell prints each example as each version of Kubernetes takes it, or refuses to. What it
 * must print is made here in another way: from the objects, not from the text.
 */
class SpellingTest {

  private static final Set<String> OF_ANOTHER_VERSION =
      Set.of(
          "deployment-extended-resource.yaml",
          "pod-extended-resource.yaml",
          "pods-shared-gpu.yaml");

  private static final Set<String> FIRST_AVAILABLE =
      Set.of("pod-inline-first-available.yaml", "pod-inline-first-available-other-driver.yaml");

  private final YAMLMapper yaml = new YAMLMapper();

  @ParameterizedTest
  @CsvSource({"1.26.0, v1alpha1", "1.27.4, v1alpha2", "1.30.14, v1alpha2"})
  void classicExamples(String kubernetes, String served) throws IOException {
    for (Path file : files(Examples.FOLDER)) {
      assertSpelled(kubernetes, served, file);
    }
    assertSpelled(kubernetes, served, Path.of("deploy/resource-class.yaml"));
  }

  @ParameterizedTest
  @CsvSource({
    "1.31.0, v1alpha3",
    "1.32.0, v1beta1",
    "1.33.1, v1beta2",
    "1.34.4, v1",
    "1.37.2, v1",
  })
  void structuredExamples(String kubernetes, String served) throws IOException {
    var refused = new TreeSet<String>();
    for (Path file : files(StructuredExamplesIT.FOLDER)) {
      String name = file.getFileName().toString();
      if (isTaken(name, served)) {
        assertSpelled(kubernetes, served, file);
      } else {
        refused.add(name);
        assertThatThrownBy(() -> spell(kubernetes, file))
            .hasMessageContaining(file + ": ")
            .hasMessageMatching("(?s).* needs Kubernetes 1\\.3[34]\\s*")
            .hasMessageNotContaining("apiVersion");
      }
    }
    assertThat(refused).hasSize(served.equals("v1") ? 0 : served.equals("v1beta2") ? 3 : 5);
  }

  /** Returns whether the version has what the example asks for. */
  static boolean isTaken(String example, String served) {
    return switch (served) {
      case "v1" -> true;
      case "v1beta2" -> !OF_ANOTHER_VERSION.contains(example);
      default -> !OF_ANOTHER_VERSION.contains(example) && !FIRST_AVAILABLE.contains(example);
    };
  }

  /** Returns whether a cluster of that version takes the example with its default feature gates. */
  static boolean isTakenByDefault(String example, String served) {
    boolean needsGate = served.equals("v1beta2") && FIRST_AVAILABLE.contains(example);
    return isTaken(example, served) && !needsGate;
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.31.0", "1.37.2"})
  void classicExamplesAreRefusedWhereTheyEnd(String kubernetes) {
    assertThatThrownBy(() -> spell(kubernetes, Examples.FOLDER.resolve("pod-inline.yaml")))
        .hasMessageContaining("classic claims end with Kubernetes 1.30");
  }

  @Test
  void structuredExamplesAreRefusedWhereTheyHaveNotBegun() {
    assertThatThrownBy(
            () -> spell("1.30.14", StructuredExamplesIT.FOLDER.resolve("pod-inline.yaml")))
        .hasMessageContaining("resource.k8s.io/v1 needs Kubernetes 1.31");
  }

  @Test
  void kubernetesWithoutDynamicResourceAllocationIsRefused() {
    assertThatThrownBy(() -> spell("1.25.0", Path.of("deploy/resource-class.yaml")))
        .hasMessageContaining("Kubernetes 1.25 has no dynamic resource allocation");
  }

  /** Otherwise a request in flow style would keep a field that the API server does not know. */
  @Test
  void aRequestThatTheScriptCannotTakeApartIsRefused(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("claim.yaml");
    Files.writeString(
        file,
        """
        apiVersion: resource.k8s.io/v1
        kind: ResourceClaim
        metadata: {name: flow}
        spec:
          devices:
            requests:
              - name: gpu
                exactly: {deviceClassName: gpu.intel.com}
        """);

    assertThatThrownBy(() -> spell("1.32.0", file))
        .hasMessageContaining("line 8: exactly has to stand alone on its line");
  }

  @Test
  void severalFilesAndTheirCommentsArePrinted() {
    String text =
        Shell.run(
            "deploy/spell", "1.26", "deploy/resource-class.yaml", "deploy/examples/claim.yaml");

    assertThat(text).contains("\n---\n# ").contains("kind: ResourceClass", "kind: ResourceClaim");
  }

  @Test
  void testsReadTheSlicesOfOlderVersionsAsThoseOfV1() {
    String device = "{\"name\": \"a\", %s}";
    String fields =
        "\"attributes\": {\"type\": {\"string\": \"gpu\"}}, \"capacity\": {\"memory\": %s}";
    JsonNode v1 = slice("v1", device.formatted(fields.formatted("{\"value\": \"16Gi\"}")));

    assertThat(
            new ApiSpelling("v1alpha3")
                .canonicalSlice(
                    slice(
                        "v1alpha3",
                        device.formatted("\"basic\": {" + fields.formatted("\"16Gi\"") + "}"))))
        .isEqualTo(v1);
    assertThat(
            new ApiSpelling("v1beta1")
                .canonicalSlice(
                    slice(
                        "v1beta1",
                        device.formatted(
                            "\"basic\": {" + fields.formatted("{\"value\": \"16Gi\"}") + "}"))))
        .isEqualTo(v1);
    assertThat(
            new ApiSpelling("v1beta2")
                .canonicalSlice(
                    slice("v1beta2", device.formatted(fields.formatted("{\"value\": \"16Gi\"}")))))
        .isEqualTo(v1);
  }

  private static JsonNode slice(String version, String device) {
    return ApiSpelling.json(
        "{\"apiVersion\": \"resource.k8s.io/%s\", \"spec\": {\"devices\": [%s]}}"
            .formatted(version, device));
  }

  private void assertSpelled(String kubernetes, String served, Path file) throws IOException {
    var wanted = new ArrayList<JsonNode>();
    for (JsonNode object : documents(Files.readString(file))) {
      wanted.add(ApiSpelling.spelled(object, served));
    }

    assertThat(documents(spell(kubernetes, file)))
        .as("%s on %s", file, kubernetes)
        .isEqualTo(wanted);
  }

  private static String spell(String kubernetes, Path file) {
    return Shell.run("deploy/spell", kubernetes, file.toString());
  }

  private List<JsonNode> documents(String text) throws IOException {
    try (var documents = yaml.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
      return documents.readAll();
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
