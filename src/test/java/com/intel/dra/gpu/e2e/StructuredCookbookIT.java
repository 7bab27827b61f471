package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.memory;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the cookbook and of similar pages do what these pages show. */
@Tag("structured")
class StructuredCookbookIT {

  private static final Path COOKBOOK = Path.of("docs", "use", "cookbook");

  /** What the driver for CPUs publishes of both nodes, as its documentation shows it. */
  private static final Path CPUS = Path.of("src", "test", "resources", "cookbook", "cpus.yaml");

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.INTEGRATED_AND_VF_HOST);

  @TempDir Path folder;

  @AfterEach
  void leaveNothing() {
    Shell.kubectl("delete", "devicetaintrules", "--all");
  }

  @Test
  void severalPodsShareAnIntegratedGpu() {
    var page = new PageWalk(cluster, COOKBOOK.resolve("integrated-gpu.md"), folder);
    try {
      page.section("Commands");
      page.section("What you see");
    } finally {
      page.section("Cleaning up");
      cluster.empty();
      RealCluster.haveKubeletsLookAtConfigMaps();
      cluster.eventually(
          "the integrated GPU is as the settings say",
          () ->
              assertThat(Shell.kubectl("get", "gas", "node1", "-n", "default", "-o", "yaml"))
                  .doesNotContain("rule: desktops"));
      RealCluster.removeNotes();
    }
  }

  @Test
  void aQuotaLimitsClaimsAndDevices() {
    var page = new PageWalk(cluster, COOKBOOK.resolve("quota.md"), folder);

    page.section("Commands");
    page.section("What you see");
    cluster.deletePod("first");
    cluster.awaitRunning("third");
    page.section("Cleaning up");
  }

  @Test
  void aGpuWithItsSharesVfsAndMonitorIsTakenOutOfServiceAndPutBack() {
    cluster.allowAdminAccess();
    cluster.structuredTemplate("share", one("gpu.intel.com", on("gpu") + ", " + memory("2Gi")));
    cluster.structuredTemplate("vf", one("gpu-vf.intel.com", ""));
    cluster.structuredTemplate(
        "monitor", one("gpu-monitor.intel.com", "adminAccess: true, " + on("monitor")));
    cluster.structuredPod("render", ON_NODE1, Map.of("gpu", template("share")));
    cluster.structuredPod("watch", ON_NODE1, Map.of("gpu", template("monitor")));
    cluster.awaitRunning("render", "watch");
    var page = new PageWalk(cluster, Path.of("docs/operate/one-gpu-out-of-service.md"), folder);

    page.section("Look first");
    page.section("Nothing new on this GPU");
    List.of("share", "vf", "monitor")
        .forEach(
            what -> cluster.structuredPod("next-" + what, ON_NODE1, Map.of("gpu", template(what))));
    cluster.awaitUnschedulable("next-share");
    cluster.awaitUnschedulable("next-vf");
    cluster.awaitUnschedulable("next-monitor");
    assertThat(List.of("render", "watch")).allMatch(pod -> cluster.phase(pod).equals("Running"));

    page.section("Drain it");
    cluster.eventually(
        "the pods that used it are gone",
        () ->
            assertThat(cluster.pods())
                .extracting(pod -> pod.getMetadata().getName())
                .containsExactlyInAnyOrder("next-share", "next-vf", "next-monitor"));
    cluster.awaitUnschedulable("next-share");

    cluster.deletePod("next-vf"); // it and the share exclude each other
    page.section("Back in service");
    cluster.awaitRunning("next-share", "next-monitor");
    cluster.awaitCards("next-share", "main", 1);
  }

  @Test
  void kubectlGpuDrainsAGpuAndUndrainsIt() {
    String gpu = "0000-b3-00-0-0x56c0";
    cluster.structuredTemplate("share", one("gpu.intel.com", on("gpu") + ", " + memory("2Gi")));
    cluster.structuredPod("render", ON_NODE1, Map.of("gpu", template("share")));
    cluster.awaitRunning("render");
    cluster.apply(
        """
        apiVersion: resource.k8s.io/v1
        kind: DeviceTaintRule
        metadata: {name: of-somebody-else}
        spec:
          deviceSelector: {driver: gpu.intel.com, pool: node1, device: %s}
          taint: {key: example.com/look, effect: None}
        """
            .formatted(gpu));

    assertThat(gpu("drain", "node1/0000:b3:00.0", "--dry-run")).contains("nothing was changed");
    assertThat(rules()).containsExactly("of-somebody-else");
    assertThat(gpu("drain", "node1/0000:b3:00.0"))
        .containsPattern(cluster.namespace() + " +render-gpu-\\w+ +" + gpu + " +render")
        .contains("undo: kubectl gpu undrain node1/" + gpu);
    assertThat(rules())
        .contains(
            "drain.node1." + gpu, "drain.node1." + gpu + "-vf0", "drain.node1." + gpu + "-monitor");
    cluster.structuredPod("next", ON_NODE1, Map.of("gpu", template("share")));
    cluster.awaitUnschedulable("next");
    assertThat(cluster.phase("render")).isEqualTo("Running");

    gpu("drain", "node1/0000:b3:00.0", "--evict");
    cluster.eventually(
        "the pod that used it is gone",
        () ->
            assertThat(cluster.pods())
                .extracting(pod -> pod.getMetadata().getName())
                .containsExactly("next"));
    cluster.awaitUnschedulable("next");

    assertThat(gpu("undrain", "node1/" + gpu)).contains("of-somebody-else", "it stays");
    assertThat(rules()).containsExactly("of-somebody-else");
    cluster.awaitRunning("next");
  }

  @Test
  void kubectlGpuChecksTheClusterAndGathersAReportWithoutSecrets() throws IOException {
    cluster.structuredTemplate("gpu", one("gpu.intel.com", on("gpu")));
    cluster.apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: keeps-a-secret, annotations: {note: hush-hush}}
        spec:
          terminationGracePeriodSeconds: 1
          nodeSelector: {kubernetes.io/hostname: node1}
          resourceClaims: [{name: gpu, resourceClaimTemplateName: gpu}]
          containers:
            - name: main
              image: %s
              command: [sh, -c, "echo hush-hush; sleep 3600"]
              env: [{name: PASSWORD, value: hush-hush}]
              resources: {claims: [{name: gpu}]}
        """
            .formatted(TestObjects.IMAGE));
    cluster.awaitRunning("keeps-a-secret");

    cluster.eventually(
        "nothing is wrong",
        () ->
            assertThat(gpu("check", "--self-check").lines().map(line -> line.split(" {3,}")))
                .noneMatch(line -> line[0].equals("not ok"))
                .contains(
                    new String[] {"ok", "sharing", "several claims can share a GPU"},
                    new String[] {"ok", "VFs on demand", "VFs can be made for claims"},
                    new String[] {"ok", "node1", "its self-check found no disagreement"})
                .anyMatch(line -> line[1].equals("node1, node2") && line[2].startsWith("Ready,"))
                .anyMatch(line -> line[2].contains("gives containers CDI devices")));

    assertThat(gpu("gather", "--output", folder.resolve("report.tar.gz").toString()))
        .doesNotContain("could not be read");
    Shell.run("tar", "-xzf", folder.resolve("report.tar.gz").toString(), "-C", folder.toString());
    try (Stream<Path> files = Files.walk(folder.resolve("report"))) {
      assertThat(files.filter(Files::isRegularFile).toList())
          .allSatisfy(file -> assertThat(file).content().doesNotContain("hush-hush"));
    }
    assertThat(folder.resolve("report/pods-with-claims.json")).content().contains("keeps-a-secret");
    assertThat(folder.resolve("report/claims.json")).content().contains("0000-b3-00-0-0x56c0");
    assertThat(folder.resolve("report/not-read.txt")).hasContent("all was read");
    assertThat(folder.resolve("report/node-files/node1.json"))
        .content()
        .contains("0000:b3:00.0/sriov_numvfs", "prepared-claims.json", "keeps-a-secret");
    assertThat(
            folder.resolve(
                "report/logs/" + cluster.agentOn("node1").getMetadata().getName() + ".log"))
        .content()
        .contains("Prepared claim");
  }

  private static String gpu(String... arguments) {
    return Shell.run(
        Stream.concat(Stream.of("deploy/kubectl/kubectl-gpu"), Stream.of(arguments))
            .toArray(String[]::new));
  }

  private static List<String> rules() {
    return Shell.kubectl("get", "devicetaintrules", "-o", "name")
        .lines()
        .map(line -> line.substring(line.indexOf('/') + 1))
        .toList();
  }

  /** Only the scheduler's part: nothing prepares the CPUs, so the pod does not start. */
  @Test
  void cpusAreOfTheNumaNodeOfTheGpu() {
    try {
      Shell.kubectl("apply", "-f", CPUS.toString());
      var page = new PageWalk(cluster, COOKBOOK.resolve("gpu-and-cpus.md"), folder);

      page.section("Commands");
      page.section("What you see");
      page.section("Cleaning up");
    } finally {
      Shell.kubectl("delete", "-f", CPUS.toString(), "--ignore-not-found");
    }
  }

  private static String on(String type) {
    return "selectors: [{cel: {expression: 'device.attributes[\"gpu.intel.com\"].type == \"%s\" &&"
            .formatted(type)
        + " device.attributes[\"gpu.intel.com\"].model == \"Flex 170\"'}}]";
  }
}
