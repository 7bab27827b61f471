package com.intel.dra.gpu.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The local cluster, the configurations for kubeadm, the manifests and the page agree on what each
 * Kubernetes version is and needs.
 */
class KubernetesVersionsTest {

  private static final Path PAGE = Path.of("docs/reference/kubernetes-versions.md");
  private static final Path KUBEADM = Path.of("deploy/kubeadm");
  private static final String GATE = "DynamicResourceAllocation=true";
  private static final Pattern ROW =
      Pattern.compile(
          "\\| 1\\.(\\d+) \\| (\\w+) \\| `(\\w+)` \\| (?:the gate; `(\\S+)`|(nothing)) \\| (1[.\\d]+): .*");

  private final YAMLMapper yaml = new YAMLMapper();

  /** What a version of the first table of the page is and needs. */
  private record Version(int minor, String mode, String served, String apis, String release) {}

  private static List<Version> page() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .map(ROW::matcher)
        .filter(row -> row.matches())
        .map(
            row ->
                new Version(
                    Integer.parseInt(row.group(1)),
                    row.group(2),
                    row.group(3),
                    row.group(4) == null ? "" : row.group(4),
                    row.group(6)))
        .toList();
  }

  static Stream<Integer> minorsWithGates() {
    return IntStream.rangeClosed(26, 33).boxed();
  }

  @Test
  void thePageHasEachReleaseWithWhatTheLocalClusterSwitchesOn() throws IOException {
    List<Version> versions = page();

    assertThat(versions)
        .extracting(Version::release)
        .containsExactly(clusters("echo ${RELEASES[*]}").split(" "));
    assertThat(versions)
        .allSatisfy(
            version -> {
              assertThat(version.release()).startsWith("1." + version.minor() + ".");
              assertThat(version.mode())
                  .isEqualTo(version.minor() <= 30 ? "classic" : "structured");
              assertThat(version.apis()).isEqualTo(clusters("apis_of " + version.minor()));
              assertThat(clusters("gates_of " + version.minor()))
                  .isEqualTo(version.apis().isEmpty() ? "" : GATE);
            });
  }

  @Test
  void theManifestsOfEachVersionAreOfWhatItServes() throws IOException {
    for (Version version : page()) {
      String classes =
          version.mode().equals("classic")
              ? "deploy/resource-class.yaml"
              : "deploy/overlays/structured/device-classes.yaml";
      assertThat(Shell.run("deploy/spell", version.release(), classes))
          .contains("apiVersion: resource.k8s.io/" + version.served() + "\n");
    }
  }

  @ParameterizedTest
  @MethodSource("minorsWithGates")
  void kubeadmSwitchesOnTheSame(int minor) throws IOException {
    Map<String, JsonNode> objects = kubeadm(minor);
    String kubeadm = "kubeadm.k8s.io/" + (minor <= 30 ? "v1beta3" : "v1beta4");
    JsonNode cluster = requireNonNull(objects.get("ClusterConfiguration"));
    JsonNode kubelet = requireNonNull(objects.get("KubeletConfiguration"));

    assertThat(objects.keySet())
        .containsExactly("ClusterConfiguration", "InitConfiguration", "KubeletConfiguration");
    assertThat(requireNonNull(objects.get("InitConfiguration")).path("apiVersion").asText())
        .isEqualTo(kubeadm);
    assertThat(cluster.path("apiVersion").asText()).isEqualTo(kubeadm);
    assertThat(cluster.path("kubernetesVersion").asText())
        .isEqualTo("v" + clusters("version_of 1." + minor).substring(1));
    assertThat(arguments(cluster, "apiServer", minor))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "feature-gates",
                clusters("gates_of " + minor),
                "runtime-config",
                clusters("apis_of " + minor)));
    for (String component : List.of("controllerManager", "scheduler")) {
      assertThat(arguments(cluster, component, minor)).isEqualTo(Map.of("feature-gates", GATE));
    }
    assertThat(kubelet.path("apiVersion").asText()).isEqualTo("kubelet.config.k8s.io/v1beta1");
    assertThat(kubelet.path("featureGates").toString())
        .isEqualTo("{\"DynamicResourceAllocation\":true}");
  }

  @Test
  void kubeadmNeedsAConfigurationWhereGatesAreNeeded() throws IOException {
    try (Stream<Path> files = Files.list(KUBEADM)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              minorsWithGates().map(minor -> "1." + minor + ".yaml").toList());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "demo, 1.25, is too old for this driver",
    "demo, 1.25.16, is too old for this driver",
    "demo, 1.38.0, is newer than any that this driver was tried on",
    "test, 1.9, is too old for this driver",
    "test, 1.38, is newer than any that this driver was tried on",
    "demo, latest, is not a Kubernetes version",
  })
  void otherVersionsAreRefusedBeforeAnythingIsBuilt(String program, String version, String why) {
    assertThatThrownBy(() -> Shell.run("./" + program, "--kubernetes", version))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("exit code 1")
        .hasMessageContaining(why)
        .hasMessageNotContaining("==>");
  }

  /** Returns the first objects of each kind. */
  private Map<String, JsonNode> kubeadm(int minor) throws IOException {
    var objects = new TreeMap<String, JsonNode>();
    try (var read =
        yaml.readerFor(JsonNode.class)
            .<JsonNode>readValues(KUBEADM.resolve("1." + minor + ".yaml").toFile())) {
      for (JsonNode object : read.readAll()) {
        assertThat(objects.put(object.path("kind").asText(), object)).isNull();
      }
    }
    return objects;
  }

  /** Up to v1beta3 the arguments are a map, from v1beta4 on a list. */
  private static Map<String, String> arguments(JsonNode cluster, String component, int minor) {
    JsonNode arguments = cluster.path(component).path("extraArgs");
    assertThat(arguments.isArray()).isEqualTo(minor >= 31);
    var found = new TreeMap<String, String>();
    if (arguments.isArray()) {
      arguments.forEach(
          argument -> found.put(argument.path("name").asText(), argument.path("value").asText()));
    } else {
      arguments.properties().forEach(entry -> found.put(entry.getKey(), entry.getValue().asText()));
    }
    return found;
  }

  /** Returns what that command prints with the functions of the local cluster. */
  private static String clusters(String command) {
    return Shell.run("bash", "-c", "set -euo pipefail; . e2e/cluster/lib.sh; " + command).strip();
  }
}
