package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The Helm chart that the build made, in a namespace of its own, and what is left after it is
 * removed.
 */
final class Chart {

  static final String FOLDER = "target/helm/intel-gpu-resource-driver";
  static final String NAMESPACE = "e2e-chart";

  private static final String RELEASE = "gpu";
  private static final List<String> DEFINITIONS =
      List.of(
          "gpuallocationstates.gpu.dra.intel.com",
          "gpuclaimparameters.gpu.dra.intel.com",
          "deviceclassparameters.gpu.dra.intel.com");

  private static final YAMLMapper YAML = new YAMLMapper();

  private Chart() {}

  /**
   * Renders the chart with those values, in classic mode unless they say otherwise, as for a
   * Kubernetes version that has this mode.
   */
  static String template(String... values) {
    return templateOf(FOLDER, values);
  }

  /** Does {@link #template} for the chart of another folder. */
  static String templateOf(String folder, String... values) {
    boolean structured = List.of(values).contains("mode=structured");
    return templateAt(folder, structured ? "1.37.2" : "1.29.14", values);
  }

  /** Does {@link #template} as for that Kubernetes version. */
  static String templateAt(String folder, String kubernetes, String... values) {
    return helm(
        Stream.of(
            "template",
            RELEASE,
            folder,
            "-n",
            "default",
            "--kube-version",
            kubernetes,
            "--set",
            "mode=classic"),
        values);
  }

  /** Does {@link #template} as for an API server that serves that kind, too. */
  static String templateServed(String served, String... values) {
    return helm(
        Stream.of("template", RELEASE, FOLDER, "-n", "default", "--api-versions", served), values);
  }

  /** Renders the chart in another namespace, with those options of Helm. */
  static String templateWith(String... options) {
    return helm(
        Stream.concat(
            Stream.of("template", RELEASE, FOLDER, "-n", NAMESPACE), Arrays.stream(options)));
  }

  /**
   * Renders the chart as for a cluster of that Kubernetes version, in the mode that fits.
   *
   * @param served a kind of resource.k8s.io that its API server serves, such as {@code
   *     v1/DeviceClass}
   */
  static String templateFor(String kubernetes, String served) {
    return helm(
        Stream.of(
            "template",
            RELEASE,
            FOLDER,
            "-n",
            "default",
            "--kube-version",
            kubernetes,
            "--api-versions",
            "resource.k8s.io/" + served));
  }

  /** Renders the DeviceClasses for those extended resources, as for that Kubernetes version. */
  static String extendedResourcesFor(String kubernetes, String served, String... names) {
    return helm(
        Stream.of(
            "template",
            RELEASE,
            FOLDER,
            "--kube-version",
            kubernetes,
            "--api-versions",
            "resource.k8s.io/" + served,
            "--show-only",
            "templates/extended-resources.yaml"),
        "extendedResources={" + String.join(",", names) + "}");
  }

  /** Installs the chart with simulated GPUs, and waits until it is ready. */
  static void install(String... values) {
    installFrom(List.of(FOLDER), values);
  }

  /**
   * Does {@link #install} for another chart.
   *
   * @param chart where it is, and options for Helm
   */
  static void installFrom(List<String> chart, String... values) {
    Shell.kubectl("create", "namespace", NAMESPACE);
    Shell.kubectl("label", "namespace", NAMESPACE, "pod-security.kubernetes.io/enforce=privileged");
    helm(
        Stream.of(
                Stream.of("install", RELEASE),
                chart.stream(),
                Stream.of(
                    "-n", NAMESPACE, "--wait", "--timeout=180s", "--set", "simulator.enabled=true"))
            .flatMap(parts -> parts),
        values);
  }

  /** Changes those values of the installed release, and waits until it is ready. */
  static void upgrade(String... values) {
    helm(
        Stream.of(
            "upgrade",
            RELEASE,
            FOLDER,
            "-n",
            NAMESPACE,
            "--reset-then-reuse-values",
            "--wait",
            "--timeout=180s"),
        values);
  }

  /** Uninstalls everything except the definitions, which Helm keeps. */
  static void uninstall() {
    helm(Stream.of("uninstall", RELEASE, "-n", NAMESPACE, "--wait", "--timeout=180s"));
    // this also deletes the GpuAllocationStates, which are kept because their definition is, and
    // the agents' Leases
    Shell.kubectl("delete", "namespace", NAMESPACE, "--wait=true", "--timeout=120s");
  }

  /**
   * Deletes the definitions as the documentation tells administrators who do not need them any
   * more.
   */
  static void deleteDefinitions() {
    Shell.kubectl(
        Stream.concat(
                Stream.of("delete", "crd", "--ignore-not-found", "--timeout=120s"),
                DEFINITIONS.stream())
            .toArray(String[]::new));
  }

  /** Does {@link #uninstall} and {@link #deleteDefinitions} for whatever exists. */
  static void remove() {
    helm(
        Stream.of(
            "uninstall",
            RELEASE,
            "-n",
            NAMESPACE,
            "--wait",
            "--timeout=180s",
            "--ignore-not-found"));
    Shell.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=120s");
    deleteDefinitions();
  }

  /**
   * Returns the kind, namespace and name of all objects of the cluster with a name that belongs to
   * the driver. It leaves out Events, which the API server deletes by itself, and the test's own
   * namespace.
   */
  static List<String> leftovers(String testNamespace) {
    String kinds =
        Shell.kubectl("api-resources", "--verbs=list", "-o", "name")
            .lines()
            .filter(kind -> !kind.startsWith("events"))
            .collect(Collectors.joining(","));
    return Shell.kubectl(
            "get",
            kinds,
            "-A",
            "--no-headers",
            "-o",
            "custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name")
        .lines()
        .map(line -> line.strip().replaceAll("\\s+", " "))
        .filter(line -> !line.contains(" " + testNamespace))
        .filter(line -> line.matches(".*(intel|gpu|" + NAMESPACE + ").*"))
        .toList();
  }

  /** Checks that only the definitions are left, and nothing at all after they are deleted. */
  static void assertLeavesTheDefinitionsAlone(RealCluster cluster, int definitions) {
    cluster.eventually(
        "the definitions are left, and what the API server makes of them",
        () -> {
          List<String> left = leftovers(cluster.namespace());
          assertThat(left)
              .allMatch(line -> line.matches("(CustomResourceDefinition|APIService) .*"));
          assertThat(left.stream().filter(line -> line.startsWith("Custom"))).hasSize(definitions);
        });
    deleteDefinitions();
    cluster.eventually(
        "nothing is left", () -> assertThat(leftovers(cluster.namespace())).isEmpty());
  }

  /** Checks that the containers still run and still have the GPU. */
  static void assertKeepsItsGpu(RealCluster cluster, String pod) {
    assertThat(cluster.phase(pod)).isEqualTo("Running");
    assertThat(cluster.getPod(pod).getStatus().getContainerStatuses())
        .allMatch(container -> container.getRestartCount() == 0);
    assertThat(
            Shell.kubectl(
                "exec", "-n", cluster.namespace(), pod, "-c", "main", "--", "ls", "/dev/dri"))
        .contains("card0");
  }

  /** Returns the objects of a manifest by kind and name, without the labels that name Helm. */
  static Map<String, JsonNode> objects(String documents) throws IOException {
    var objects = new TreeMap<String, JsonNode>();
    try (var read = YAML.readerFor(JsonNode.class).<JsonNode>readValues(documents)) {
      while (read.hasNext()) {
        JsonNode object = read.next();
        if (object.has("kind")) {
          String name =
              object.path("kind").asText() + " " + object.path("metadata").path("name").asText();
          removeFromMetadata(object, "labels", "app.kubernetes.io/managed-by", "helm.sh/chart");
          assertThat(objects.put(name, object)).as(name).isNull();
        }
      }
    }
    return objects;
  }

  /** Removes these keys of labels or annotations, and the field if nothing is left of it. */
  static void removeFromMetadata(JsonNode object, String field, String... keys) {
    if (object.path("metadata").path(field) instanceof ObjectNode values) {
      values.remove(List.of(keys));
      if (values.isEmpty()) {
        ((ObjectNode) object.path("metadata")).remove(field);
      }
    }
  }

  private static String helm(Stream<String> command, String... values) {
    return Shell.run(
        Stream.of(
                Stream.of("helm"),
                command,
                Arrays.stream(values).flatMap(value -> Stream.of("--set", value)))
            .flatMap(parts -> parts)
            .toArray(String[]::new));
  }

  static String lint(String... values) {
    return helm(Stream.of("lint", FOLDER, "--strict"), values);
  }
}
