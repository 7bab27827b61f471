package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Helm chart in structured mode, instead of the driver that the other tests use. The chart and
 * its images come from a registry, to which ./release pushed them.
 */
@Tag("structured")
class StructuredChartInstallIT {

  private static final String OVERLAY = "deploy/overlays/structured-simulator";

  private static final String PASSWORD = "COSIGN_PASSWORD=of the test";

  @TempDir Path keys;

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  @BeforeEach
  void makeRoom() {
    Shell.kubectl("delete", "-k", OVERLAY, "--timeout=120s");
    cluster.eventually(
        "the agents are gone", () -> assertThat(cluster.podsOf(RealCluster.AGENT)).isEmpty());
  }

  @AfterEach
  void putTheDriverBack() {
    Chart.remove();
    Shell.kubectl("apply", "-f", "target/kubernetes/crds/");
    Shell.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
    Shell.kubectl("apply", "-k", OVERLAY);
    Shell.kubectl("rollout", "status", "daemonset/" + RealCluster.AGENT, "--timeout=180s");
  }

  @Test
  void podsGetGpusAndUninstallingLeavesTheDefinitionAndWhatRuns() {
    assertRefusesAModeThatDoesNotFit();
    Shell.kubectl("delete", "-f", "target/kubernetes/crds/", "--ignore-not-found");
    String place = Shell.run("e2e/cluster/registry.sh").lines().toList().getLast() + "/gpu";
    Path key = makeKey("release");
    Map<String, String> released = release(place, key);
    released.values().forEach(pushed -> assertIsSignedBy(key, pushed));
    released.forEach(
        (name, image) -> {
          if (name.matches("intel-gpu-(controller|node-agent)")) {
            assertHasTheListOfItsLibraries(image);
          }
        });
    Chart.installFrom(
        List.of(
            "oci://" + place + "/intel-gpu-resource-driver", "--version=0.1.0", "--plain-http"));
    assertThat(imagesOfAgents())
        .as("pulled from the registry by digest")
        .containsExactlyInAnyOrder(
            released.get("intel-gpu-node-agent"), released.get("intel-gpu-simulator"));
    cluster.structuredTemplate("gpu", one("gpu.intel.com", ""));
    cluster.structuredPod("holder", "", Map.of("gpu", template("gpu")));
    cluster.awaitRunning("holder");

    Chart.uninstall();

    // the kubelets delete the slices after a while
    Chart.assertLeavesTheDefinitionsAlone(cluster, 1);
    Chart.assertKeepsItsGpu(cluster, "holder");
  }

  /** Returns what was pushed, with its digest, by its name without the place. */
  private static Map<String, String> release(String place, Path key) {
    Map<String, String> pushed =
        Shell.run(
                "env",
                PASSWORD,
                "./release",
                "--built",
                "--registry",
                place,
                "--signing-key",
                key + ".key")
            .lines()
            .filter(line -> line.startsWith(place))
            .collect(
                Collectors.toMap(
                    line -> line.substring(place.length() + 1, line.lastIndexOf(":0.1.0@")),
                    line -> line));
    assertThat(pushed)
        .containsOnlyKeys(
            "intel-gpu-controller",
            "intel-gpu-node-agent",
            "intel-gpu-simulator",
            "intel-gpu-resource-driver");
    return pushed;
  }

  /** Helm installs nothing then. */
  private static void assertRefusesAModeThatDoesNotFit() {
    String[] install = {
      "helm", "install", "gpu", Chart.FOLDER, "-n", "default", "--set", "mode=classic"
    };
    assertThatThrownBy(() -> Shell.run(install))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("mode=classic does not fit this cluster: Kubernetes v")
        .hasMessageContaining("set mode=auto");
  }

  /** Makes a pair of keys, and returns its path without the endings .key and .pub. */
  private Path makeKey(String name) {
    Path key = keys.resolve(name);
    Shell.run(
        "env", PASSWORD, "cosign", "generate-key-pair", "--output-key-prefix", key.toString());
    return key;
  }

  /** The signature fits the key of the release, and no other. */
  private void assertIsSignedBy(Path key, String pushed) {
    assertThat(verify(key, pushed)).contains(pushed.substring(pushed.indexOf("@sha256:") + 1));
    if (pushed.contains("/intel-gpu-controller:")) {
      Path other = makeKey("other");
      assertThatThrownBy(() -> verify(other, pushed))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("no matching signatures");
    }
  }

  private static String verify(Path key, String pushed) {
    return Shell.run(
        "cosign",
        "verify",
        "--key",
        key + ".pub",
        "--insecure-ignore-tlog",
        "--allow-http-registry",
        pushed);
  }

  /** Reads back what ./release attached: by the image's digest alone, as anybody would. */
  private static void assertHasTheListOfItsLibraries(String image) {
    assertThat(
            Shell.run(
                "bash",
                "-euo",
                "pipefail",
                "-c",
                """
                list=$(oras discover --plain-http --format json \
                  --artifact-type application/vnd.cyclonedx+json "$1" | jq -r '.referrers[].reference')
                blob=$(oras manifest fetch --plain-http "$list" | jq -r '.layers[0].digest')
                oras blob fetch --plain-http --output - "${list%@*}@$blob" | jq -r .bomFormat
                """,
                "bash",
                image))
        .isEqualToIgnoringNewLines("CycloneDX");
  }

  /** Returns the images that the agents' pods name, after all of them have become ready. */
  private static Set<String> imagesOfAgents() {
    Shell.kubectl(
        "rollout",
        "status",
        "daemonset/" + RealCluster.AGENT,
        "-n",
        Chart.NAMESPACE,
        "--timeout=180s");
    return Arrays.stream(
            Shell.kubectl(
                    "get",
                    "pods",
                    "-n",
                    Chart.NAMESPACE,
                    "-o",
                    "jsonpath={.items[*].spec.containers[*].image}")
                .strip()
                .split(" "))
        .collect(Collectors.toSet());
  }
}
