package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Puts the simulators into pods of their own, and back into the agents' pods. In an agent's pod a
 * simulator would remove the GPUs together with the agent.
 */
final class SimulatorsApart {

  private static final String SIMULATOR = "intel-gpu-simulator";
  private static final String BESIDE = "structured-simulator";
  private static final String APART = "structured-simulator-apart";

  private final StructuredCluster cluster;
  private final List<String> gpus;

  /**
   * @param gpus the UIDs of each node's GPUs
   */
  SimulatorsApart(StructuredCluster cluster, List<String> gpus) {
    this.cluster = cluster;
    this.gpus = gpus;
  }

  void putApart() {
    applyApart();
    Shell.kubectl("rollout", "status", "daemonset/" + SIMULATOR, "--timeout=180s");
    awaitTheGpus();
  }

  void putBack() {
    cluster.empty();
    cluster
        .client()
        .apps()
        .daemonSets()
        .inNamespace(RealCluster.DRIVER_NAMESPACE)
        .withName(SIMULATOR)
        .delete();
    cluster.eventually(
        "the simulators are gone", () -> assertThat(cluster.podsOf(SIMULATOR)).isEmpty());
    apply(BESIDE);
    awaitTheGpus();
  }

  /** Applies the overlay again, and waits until the agents are as it says. */
  void applyApart() {
    apply(APART);
  }

  private void awaitTheGpus() {
    cluster.eventually(
        "the GPUs of every node are there",
        () ->
            assertThat(RealCluster.NODES)
                .allSatisfy(
                    node -> {
                      assertThat(cluster.gas(node).getStatus()).isEqualTo("Ready");
                      assertThat(cluster.gas(node).getSpec().allocatable().keySet())
                          .containsExactlyElementsOf(gpus);
                    }));
    cluster.awaitPublished();
  }

  /** Applies the overlay without its topology, because the test has set one. */
  private void apply(String overlay) {
    String objects =
        Arrays.stream(rendered(overlay).split("(?m)^---$"))
            .filter(object -> !object.contains("kind: ConfigMap"))
            .collect(Collectors.joining("---"));
    try {
      Path file = Files.createTempFile("overlay", ".yaml");
      try {
        Files.writeString(file, objects);
        Shell.kubectl("apply", "-f", file.toString());
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Shell.kubectl("rollout", "status", "daemonset/" + RealCluster.AGENT, "--timeout=180s");
  }

  /** Returns the overlay's objects as this version of Kubernetes takes them. */
  private String rendered(String overlay) {
    return cluster
        .spelling()
        .component()
        .map(component -> withComponent(overlay, component))
        .orElseGet(() -> Shell.kubectl("kustomize", "deploy/overlays/" + overlay));
  }

  private static String withComponent(String overlay, String component) {
    try {
      Path folder = Files.createTempDirectory(Path.of("target"), "overlay");
      Path file = folder.resolve("kustomization.yaml");
      try {
        Files.writeString(
            file,
            """
            resources: [../../deploy/overlays/%s]
            components: [../../deploy/components/%s]
            """
                .formatted(overlay, component));
        return Shell.kubectl("kustomize", folder.toString());
      } finally {
        Files.delete(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
