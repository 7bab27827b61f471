package com.intel.dra.gpu.e2e;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each file of deploy/examples/structured, on nodes with two GPUs that can have VFs. */
@Tag("structured")
class StructuredExamplesIT {

  static final Path FOLDER = Path.of("deploy", "examples", "structured");

  /** How many cards each container sees that uses a claim or an extended resource. */
  private static final Map<String, Integer> CARDS =
      new TreeMap<>(
          Map.ofEntries(
              entry("deployment-extended-resource.yaml", 1),
              entry("deployment-inline.yaml", 1),
              entry("pod-extended-resource.yaml", 1),
              entry("pod-external-claim.yaml", 1),
              entry("pod-init-container.yaml", 1),
              entry("pod-inline-first-available.yaml", 1),
              entry("pod-inline-first-available-other-driver.yaml", 1),
              entry("pod-inline-same-pcie-root.yaml", 2),
              entry("pod-inline-two-gpus.yaml", 2),
              entry("pod-inline-vf-and-gpu.yaml", 1),
              entry("pod-inline-vf.yaml", 1),
              entry("pod-inline.yaml", 1),
              entry("pod-monitor.yaml", 2),
              entry("pods-shared-claim.yaml", 1),
              entry("pods-shared-gpu.yaml", 1)));

  /** This example needs the driver of a network card. */
  private static final String GPU_AND_NIC = "pod-inline-gpu-and-nic.yaml";

  /** This example makes a namespace of its own, so another test applies its content. */
  private static final String MONITOR = "daemonset-monitor.yaml";

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.TWO_VF_HOSTS_I915);

  /** Returns the names of all files that a test here applies. */
  static Set<String> files() {
    var all = new TreeSet<>(CARDS.keySet());
    all.add(MONITOR);
    all.add(GPU_AND_NIC);
    return all;
  }

  private static List<String> expectedFiles() {
    return List.copyOf(CARDS.keySet());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("expectedFiles")
  void theExampleRunsAndItsContainersSeeTheirDevices(String file) throws IOException {
    cluster.allowAdminAccess();
    cluster.applyFile(FOLDER.resolve(file));

    cluster.eventually(
        "the pods of " + file + " run",
        () ->
            assertThat(cluster.pods())
                .isNotEmpty()
                .allSatisfy(
                    pod ->
                        assertThat(cluster.phase(pod.getMetadata().getName()))
                            .isEqualTo("Running")));
    for (Pod pod : cluster.pods()) {
      pod.getSpec().getContainers().stream()
          .filter(container -> !container.getName().equals("without-resource"))
          .forEach(
              container ->
                  cluster.eventually(
                      "%s of %s sees its devices"
                          .formatted(container.getName(), pod.getMetadata().getName()),
                      () ->
                          assertThat(
                                  cluster.cards(pod.getMetadata().getName(), container.getName()))
                              .hasSize(requireNonNull(CARDS.get(file)))));
    }
  }

  @Test
  void onlyAMonitorSeesTheNodesOfAGpusFirmware() throws IOException {
    cluster.applyFile(FOLDER.resolve("pod-inline-two-gpus.yaml"));
    cluster.awaitRunning("pod-inline-two-gpus");

    assertThat(firmwareNodes(cluster.namespace(), "pod/pod-inline-two-gpus")).isEmpty();
  }

  private static List<String> firmwareNodes(String namespace, String of) {
    return Shell.kubectl(
            "exec", "-n", namespace, of, "--", "sh", "-c", "ls -l /dev/mei* 2>/dev/null || true")
        .lines()
        .toList();
  }

  @Test
  void theApiServerAcceptsTheExampleWithANetworkCard() {
    assertThat(
            Shell.kubectl(
                "apply", "--dry-run=server", "-f", FOLDER.resolve(GPU_AND_NIC).toString()))
        .contains(
            "deviceclass.resource.k8s.io/rdma.example.com created",
            "resourceclaimtemplate.resource.k8s.io/gpu-and-nic created",
            "pod/pod-inline-gpu-and-nic created");
  }

  @Test
  void theMonitorSeesAllGpusOfItsNode() {
    try {
      Shell.kubectl("apply", "-f", FOLDER.resolve(MONITOR).toString());
      Shell.kubectl(
          "rollout", "status", "daemonset/monitor", "-n", "gpu-monitoring", "--timeout=120s");
      cluster.eventually(
          "the monitors see both GPUs",
          () ->
              assertThat(Shell.kubectl("logs", "-n", "gpu-monitoring", "-l", "app=gpu-monitor"))
                  .contains("card0", "card1"));
      assertThat(firmwareNodes("gpu-monitoring", "daemonset/monitor"))
          .as("of the second GPU, as the simulator numbers it")
          .singleElement()
          .asString()
          .matches("crw.* 511, +1 .* /dev/mei1");
    } finally {
      Shell.kubectl("delete", "-f", FOLDER.resolve(MONITOR).toString(), "--timeout=120s");
    }
  }
}
