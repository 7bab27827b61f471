package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.GpuAllocationState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The driver moves from default to a namespace of its own as docs/operate/own-namespace.md says,
 * and is upgraded there and back. Simulators in another namespace are the GPUs, so that these stay.
 * The commands run in a copy of what they need of the checkout, where all agents look at those
 * simulators, and where the chart is an older one.
 */
final class NamespaceMove {

  static final String NAMESPACE = "intel-gpu";

  private static final Path PAGE = Path.of("docs/operate/own-namespace.md");
  private static final String SIMULATORS = "e2e-simulators";
  private static final String CHART = "target/helm/intel-gpu-resource-driver";
  private static final String NEWER_CHART = "newer-chart";
  private static final String AGENTS = "daemonset/" + RealCluster.AGENT;
  private static final String LEVELS = "intel-gpu-logging";

  /** Words of the definition, of which the older chart has others. */
  private static final String WORDS = "Intel GPUs and virtual functions";

  private static final String OLD_WORDS = "GPUs and their virtual functions";

  private final RealCluster cluster;
  private final Topology topology;
  private final Path folder;
  private final Map<String, Set<Integer>> cards = new HashMap<>();
  private Optional<PageWalk> walk = Optional.empty();

  /**
   * @param folder for the copy; it is empty
   */
  NamespaceMove(RealCluster cluster, Topology topology, Path folder) {
    this.cluster = cluster;
    this.topology = topology;
    this.folder = folder;
  }

  /** Makes the copy, and starts the simulators; no other may run. */
  void prepare() throws IOException {
    copyTheCheckout();
    Path simulators = Path.of("deploy/components/simulator-apart/simulator.yaml");
    Path file = folder.resolve("simulators.yaml");
    Files.writeString(
        file,
        Files.readString(simulators).replace("namespace: default", "namespace: " + SIMULATORS)
            + """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: intel-gpu-simulator-topology, namespace: %s}
            data:
              topology.yaml: |
            %s
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: %s, namespace: default}
            data: {levels: ""}
            """
                .formatted(SIMULATORS, topology.yaml().indent(4), LEVELS));
    Shell.kubectl("create", "namespace", SIMULATORS);
    Shell.kubectl("apply", "-f", file.toString());
    Shell.kubectl(
        "rollout", "status", "-n", SIMULATORS, "daemonset/intel-gpu-simulator", "--timeout=180s");
  }

  private void copyTheCheckout() throws IOException {
    Path apart = Path.of("deploy/components/simulator-apart/node-agent-patch.yaml");
    Files.createDirectory(folder.resolve("target"));
    for (String part : List.of("deploy", "target/kubernetes", "target/helm")) {
      Shell.run("cp", "-r", part, folder.resolve(part).toString());
    }
    for (String part : List.of("target/kubernetes", "target/kubernetes/structured")) {
      Files.copy(apart, folder.resolve(part).resolve("simulators.yaml"));
      Files.writeString(
          folder.resolve(part).resolve("kustomization.yaml"),
          "patches: [{path: simulators.yaml}]\n",
          StandardOpenOption.APPEND);
    }
    Path chart = folder.resolve(CHART);
    Shell.run("cp", apart.toString(), chart.resolve("files/simulator-patch.yaml").toString());
    replace(
        chart.resolve("values.yaml"),
        "simulator:\n  enabled: false",
        "simulator:\n  enabled: true");
    Shell.run("cp", "-r", chart.toString(), folder.resolve(NEWER_CHART).toString());
    replace(
        chart.resolve("files/crds/gpuallocationstates.gpu.dra.intel.com.yml"), WORDS, OLD_WORDS);
  }

  private static void replace(Path file, String old, String by) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(old);
    Files.writeString(file, text.replace(old, by));
  }

  /** Applies one of the copy's overlays, which installs into default. */
  void installByKubectl(String overlay) {
    Shell.kubectl("apply", "-f", "target/kubernetes/crds/");
    Shell.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
    Shell.kubectl("apply", "-k", folder.resolve(overlay).toString());
    awaitGpusIn(RealCluster.DRIVER_NAMESPACE);
  }

  /** Installs the copy's chart into default. */
  void installByHelm(String... values) {
    helm(
        Stream.concat(
            Stream.of(
                "install", "gpu", folder.resolve(CHART).toString(), "-n", "default", "--wait"),
            Stream.of(values).map(value -> "--set=" + value)));
    awaitGpusIn(RealCluster.DRIVER_NAMESPACE);
  }

  private static String helm(Stream<String> arguments) {
    return Shell.run(
        Stream.of(Stream.of("helm"), arguments, Stream.of("--timeout=180s"))
            .flatMap(parts -> parts)
            .toArray(String[]::new));
  }

  private void awaitGpusIn(String namespace) {
    Shell.kubectl("rollout", "status", AGENTS, "-n", namespace, "--timeout=180s");
    cluster.eventually(
        "the GPUs of every node are there",
        () ->
            assertThat(gas(namespace))
                .hasSize(RealCluster.NODES.size())
                .allSatisfy(
                    (_, gas) -> {
                      assertThat(gas.getStatus()).isEqualTo(GpuAllocationState.READY);
                      assertThat(gas.getSpec().allocatable()).isNotEmpty();
                    }));
  }

  private String[] uids() {
    return topology.uids().toArray(String[]::new);
  }

  /** Returns the GAS of each node. */
  Map<String, GpuAllocationState> gas(String namespace) {
    var gas = new HashMap<String, GpuAllocationState>();
    cluster
        .client()
        .resources(GpuAllocationState.class)
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(one -> gas.put(one.getMetadata().getName(), one));
    return gas;
  }

  /** Waits until node1 has prepared so many claims, and returns the GAS of each node. */
  Map<String, GpuAllocationState> awaitPrepared(String namespace, int claims) {
    cluster.eventually(
        claims + " claims are prepared, with their VFs",
        () ->
            assertThat(gas(namespace))
                .hasEntrySatisfying(
                    "node1",
                    gas -> {
                      assertThat(gas.getSpec().prepared()).hasSize(claims);
                      assertThat(gas.getSpec().allocatable().keySet())
                          .anyMatch(uid -> uid.contains("-vf"));
                    }));
    return gas(namespace);
  }

  /** Waits until the pods run, each with one device, which they are to keep. */
  void awaitRunning(String... pods) {
    cluster.awaitRunning(pods);
    for (String pod : pods) {
      cluster.eventually(
          pod + " sees its device", () -> assertThat(cluster.cards(pod, "main")).hasSize(1));
      cards.put(pod, cluster.cards(pod, "main"));
    }
    assertThat(Set.copyOf(cards.values())).as("each has its own").hasSize(cards.size());
  }

  private void assertUntouched() {
    cards.forEach(cluster::assertUntouched);
  }

  /** Deletes the pod, but does not wait. */
  void delete(String pod) {
    cards.remove(pod);
    cluster.deletePod(pod);
  }

  /** Does what these sections of the page say. */
  void walk(String... sections) {
    PageWalk page = walk.orElseGet(() -> new PageWalk(cluster, PAGE, folder));
    walk = Optional.of(page);
    for (String section : sections) {
      page.section(section);
    }
  }

  /** Checks that the driver is where it should be, with what pods hold, and nowhere else. */
  void assertMoved(Map<String, GpuAllocationState> before) {
    awaitGpusIn(NAMESPACE);
    cluster.eventually(
        "nothing is left in default",
        () ->
            assertThat(Chart.leftovers(cluster.namespace()))
                .noneMatch(line -> line.matches("\\S+ default .*")));
    assertThat(devices(awaitPrepared(NAMESPACE, cards.size())))
        .as("the VFs and whole GPUs are as they were")
        .isEqualTo(devices(before));
    assertThat(Shell.kubectl("get", "configmap", LEVELS, "-n", NAMESPACE, "-o", "name"))
        .isNotBlank();
    assertThat(
            Shell.tryScript(
                new Shell.Setting(Path.of("").toAbsolutePath(), Map.of()),
                "deploy/kubectl/kubectl-gpu check"))
        .contains(NAMESPACE + "/" + RealCluster.AGENT + ": ready on 2 nodes")
        .doesNotContain("DaemonSets, which serve the same sockets");
  }

  private static Map<String, Set<String>> devices(Map<String, GpuAllocationState> gas) {
    var devices = new HashMap<String, Set<String>>();
    gas.forEach((node, one) -> devices.put(node, one.getSpec().allocatable().keySet()));
    return devices;
  }

  /** Upgrades the release to the newer chart, which also has a newer definition. */
  private void upgrade() {
    assertThat(wordsOfTheDefinition()).contains(OLD_WORDS);
    helm(
        Stream.of(
            "upgrade",
            "gpu",
            folder.resolve(NEWER_CHART).toString(),
            "-n",
            NAMESPACE,
            "--reset-then-reuse-values",
            "--set=nodeAgent.settings.GPU_RESCAN_INTERVAL=9s",
            "--wait"));
    awaitGpusIn(NAMESPACE);
    assertThat(wordsOfTheDefinition()).contains(WORDS);
  }

  private void rollBack() {
    helm(Stream.of("rollback", "gpu", "-n", NAMESPACE, "--wait"));
    awaitGpusIn(NAMESPACE);
    assertThat(wordsOfTheDefinition()).contains(OLD_WORDS);
  }

  private static String wordsOfTheDefinition() {
    return Shell.kubectl(
        "get",
        "crd",
        "gpuallocationstates.gpu.dra.intel.com",
        "-o",
        "jsonpath={.metadata.annotations}{.spec.versions[0].schema.openAPIV3Schema.description}");
  }

  /**
   * Upgrades the release and goes back, and starts a pod after each, while those that run stay as
   * they are.
   */
  void upgradeAndRollBack(Consumer<String> startPod) {
    upgrade();
    assertStartsBesideTheOthers("upgraded", startPod);
    rollBack();
    assertStartsBesideTheOthers("back", startPod);
  }

  /** Checks that a new pod gets a device, and that those that run keep theirs. */
  void assertStartsBesideTheOthers(String pod, Consumer<String> startPod) {
    startPod.accept(pod);
    awaitRunning(pod);
    assertUntouched();
  }

  /** Deletes all pods, and waits until no VF is left. */
  void end() {
    cluster.empty();
    cluster.eventually(
        "the GPUs are whole",
        () ->
            assertThat(gas(NAMESPACE))
                .allSatisfy(
                    (_, gas) -> {
                      assertThat(gas.getSpec().allocatable()).containsOnlyKeys(uids());
                      assertThat(gas.getSpec().prepared()).isEmpty();
                    }));
  }

  /**
   * Removes whatever is there.
   *
   * @param overlay with the component
   */
  void remove(String overlay) {
    for (String namespace : List.of(NAMESPACE, RealCluster.DRIVER_NAMESPACE)) {
      helm(
          Stream.of(
              "uninstall",
              "gpu",
              "-n",
              namespace,
              "--cascade=foreground",
              "--wait",
              "--ignore-not-found"));
    }
    Path own = folder.resolve("deploy/overlays").resolve(overlay);
    if (Files.exists(own)) {
      delete("-k", own.toString());
    }
    Chart.deleteDefinitions();
    delete("daemonset/" + RealCluster.AGENT, "configmap/" + LEVELS, "-n", "default");
    delete("namespace", SIMULATORS, NAMESPACE);
  }

  private static void delete(String... what) {
    Shell.kubectl(
        Stream.concat(Stream.of("delete", "--ignore-not-found", "--timeout=120s"), Stream.of(what))
            .toArray(String[]::new));
  }
}
