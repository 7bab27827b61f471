package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.memory;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
