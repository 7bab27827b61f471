package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A cluster whose Kubernetes changes while a test runs. {@link #asServedNow} returns the same
 * namespace as the API server serves it after a change.
 */
final class UpgradedCluster extends TestNamespace implements AutoCloseable {

  private static final String TEMPLATE = "gpu";

  private final String namespace;

  private UpgradedCluster(String namespace, ApiSpelling spelling) {
    super(RealCluster.client(spelling), spelling);
    this.namespace = namespace;
  }

  /** Makes a namespace with a template for claims of one whole GPU. */
  static UpgradedCluster withNewNamespace() {
    var cluster =
        new UpgradedCluster(
            "it-" + UUID.randomUUID().toString().substring(0, 8),
            RealCluster.spellingOfTheCluster());
    cluster
        .client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(cluster.namespace).and().build())
        .create();
    cluster.makeTemplate();
    return cluster;
  }

  UpgradedCluster asServedNow() {
    return new UpgradedCluster(namespace, RealCluster.spellingOfTheCluster());
  }

  @Override
  String namespace() {
    return namespace;
  }

  /** Makes the template, which goes when the claims of a version have to go. */
  void makeTemplate() {
    if (spelling().isStructured()) {
      structuredTemplate(TEMPLATE, one("gpu.intel.com", ""));
    } else {
      parameters("whole", "{count: 1, type: gpu, memory: 12000}"); // each GPU has this only once
      template(TEMPLATE, "whole");
    }
  }

  /** Makes a pod on node1 with a GPU, and returns the number of its card. */
  Set<Integer> podWithGpu(String name) {
    if (spelling().isStructured()) {
      structuredPod(name, ON_NODE1, Map.of("gpu", template(TEMPLATE)));
    } else {
      pod(name, ON_NODE1, Map.of("gpu", ofTemplate(TEMPLATE)));
    }
    awaitRunning(name);
    eventually(name + " sees its card", () -> assertThat(cards(name, "main")).hasSize(1));
    return cards(name, "main");
  }

  void deletePodAndAwaitItsEnd(String name) {
    deletePod(name);
    eventually(
        name + " is gone",
        () ->
            assertThat(client.pods().inNamespace(namespace).withName(name).get())
                .as(name)
                .isNull());
  }

  /** Returns how often the containers of the agents, by node, have been started again. */
  Map<String, Integer> restartsOfTheAgents() {
    var restarts = new HashMap<String, Integer>();
    for (Pod pod : podsOf(AGENT)) {
      restarts.merge(
          pod.getSpec().getNodeName(),
          pod.getStatus().getContainerStatuses().stream()
              .mapToInt(container -> container.getRestartCount())
              .sum(),
          Integer::sum);
    }
    return restarts;
  }

  /** Returns the names of the devices on that node that several claims may have. */
  List<String> sharedDevices(String node) {
    return ApiSpelling.json(
            client.raw(
                "/apis/resource.k8s.io/%s/resourceslices?fieldSelector=spec.nodeName%%3D%s"
                    .formatted(spelling().version(), node)))
        .path("items")
        .valueStream()
        .flatMap(slice -> slice.path("spec").path("devices").valueStream())
        .filter(device -> device.path("allowMultipleAllocations").asBoolean())
        .map(device -> device.path("name").asText())
        .toList();
  }

  /** Waits until no GAS has a trace of a claim. */
  void awaitNoTrace() {
    eventually("no GAS has a trace of a claim", () -> assertThat(claimUidsInAnyGas()).isEmpty());
  }

  /** Replaces the control plane by that version, with the data that it has. */
  static void upgradeControlPlane(String version, String servedApis) {
    Shell.run(
        Stream.concat(
                servedApis.isEmpty()
                    ? Stream.of("env")
                    : Stream.of("env", "RUNTIME_CONFIG=" + servedApis),
                Stream.of("e2e/cluster/upgrade.sh", version))
            .toArray(String[]::new));
  }

  /** Replaces the kubelets by that version. */
  static void upgradeKubelets(String version) {
    Shell.run("e2e/cluster/upgrade.sh", version, "node1", "node2");
  }

  /** Applies the manifests for the version of the control plane, and waits for the driver. */
  static void applyManifests() {
    Shell.run(
        "bash",
        "-c",
        """
        set -euo pipefail
        . e2e/cluster/lib.sh; . e2e/lib/jdk.sh; . e2e/lib/requirements.sh; . e2e/lib/driver.sh
        use_kubectl
        topology=e2e/topology.yaml
        install_driver
        wait_for_driver
        """);
  }

  @Override
  public void close() {
    client.pods().inNamespace(namespace).withGracePeriod(1).delete();
    client.namespaces().withName(namespace).delete();
  }
}
