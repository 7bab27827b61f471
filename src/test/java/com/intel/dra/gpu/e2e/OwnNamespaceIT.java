package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The component that moves an overlay into a namespace of its own, and the chart, which follows its
 * release. Needs the build, but no cluster.
 */
class OwnNamespaceIT {

  private static final String COMPONENTS = "deploy/components";

  /** Those for some versions only, those that another one or the overlay contains, and itself. */
  private static final String NOT_BESIDE_OTHERS =
      "kubernetes-.*|simulator-apart|node-restriction|own-namespace";

  @ParameterizedTest
  @CsvSource({
    "classic, 1.29.14, own-namespace",
    "structured, 1.37.2, structured-own-namespace",
  })
  void theOverlayIsWhatTheChartIsInThatNamespace(String mode, String kubernetes, String overlay)
      throws IOException {
    Map<String, JsonNode> objects =
        Chart.objects(Shell.kubectl("kustomize", "deploy/overlays/" + overlay));
    Map<String, JsonNode> chart =
        Chart.objects(
            Shell.run(
                "helm",
                "template",
                "gpu",
                Chart.FOLDER,
                "-n",
                "intel-gpu",
                "--kube-version",
                kubernetes,
                "--set=mode=" + mode));

    assertThat(objects.remove("Namespace intel-gpu"))
        .asString()
        .contains("\"pod-security.kubernetes.io/enforce\":\"privileged\"");
    chart.keySet().removeIf(name -> name.matches("(Lease|ResourceClass) .*"));
    chart
        .values()
        .forEach(
            object -> Chart.removeFromMetadata(object, "annotations", "helm.sh/resource-policy"));
    assertThat(namespaces(objects)).isEqualTo(namespaces(chart));
    assertThat(accounts(objects)).isEqualTo(accounts(chart)).isNotEmpty();
  }

  private static Map<String, String> namespaces(Map<String, JsonNode> objects) {
    return objects.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry -> entry.getValue().path("metadata").path("namespace").asText()));
  }

  /** What names accounts: the subjects of bindings, and the expression of the policy. */
  private static Map<String, String> accounts(Map<String, JsonNode> objects) {
    var accounts = new TreeMap<String, String>();
    objects.forEach(
        (name, object) -> {
          if (object.has("subjects")) {
            accounts.put(name, object.path("subjects").toString());
          }
          if (object.path("spec").has("matchConditions")) {
            accounts.put(name, object.path("spec").path("matchConditions").toString());
          }
        });
    return accounts;
  }

  @Test
  void whateverTheOtherComponentsBringNothingStaysInDefault() throws IOException {
    try (var components = Files.list(Path.of(COMPONENTS))) {
      String list =
          components
              .map(component -> component.getFileName().toString())
              .filter(name -> !name.matches(NOT_BESIDE_OTHERS))
              .sorted()
              .map(name -> "../../" + COMPONENTS + "/" + name)
              .collect(Collectors.joining(", "));

      String objects =
          rendered(
              """
              resources: [../../deploy/overlays/structured]
              components: [%s, ../../deploy/monitoring, ../../deploy/components/own-namespace]
              """
                  .formatted(list));

      assertThat(objects)
          .contains("kind: NetworkPolicy", "kind: PodMonitor", "kind: SecurityContextConstraints")
          .contains(":intel-gpu:intel-gpu-node-agent")
          .doesNotContainPattern("namespace: default\\b")
          .doesNotContain(":default:");
      assertThat(namespaces(Chart.objects(objects)))
          .containsEntry("PodMonitor intel-gpu-node-agent", "intel-gpu")
          .containsEntry("SecurityContextConstraints intel-gpu-node-agent", "")
          .containsEntry("ValidatingAdmissionPolicy intel-gpu-node-agent.gpu.dra.intel.com", "");
    }
  }

  @Test
  void theManifestsThemselvesStayInDefault() throws IOException {
    for (String file : new String[] {"controller.yml", "node-agent.yml"}) {
      assertThat(
              namespaces(
                  Chart.objects(Files.readString(Path.of("target/kubernetes").resolve(file)))))
          .containsValue("default")
          .allSatisfy((name, namespace) -> assertThat(namespace).as(name).isIn("", "default"));
    }
  }

  private static String rendered(String kustomization) throws IOException {
    Path folder = Files.createTempDirectory(Path.of("target"), "overlay");
    Path file = folder.resolve("kustomization.yaml");
    try {
      Files.writeString(file, kustomization);
      return Shell.kubectl("kustomize", folder.toString());
    } finally {
      Files.delete(file);
      Files.delete(folder);
    }
  }
}
