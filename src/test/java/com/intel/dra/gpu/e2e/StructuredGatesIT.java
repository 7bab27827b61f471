package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.memory;
import static com.intel.dra.gpu.e2e.StructuredCluster.name;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever features a cluster's scheduler lacks, the driver offers only what that scheduler can
 * count, and nothing is allocated twice. For clusters with feature gates off, and for older
 * clusters.
 */
@Tag("structured")
@Tag("gates")
class StructuredGatesIT {

  private static final List<String> GPUS = Topology.TWO_VF_HOSTS_I915.uids();
  private static final String TYPE_GPU =
      "selectors: [{cel: {expression: 'device.attributes[\"gpu.intel.com\"].type == \"gpu\"'}}]";

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.TWO_VF_HOSTS_I915);

  @TempDir Path folder;

  private FeatureGates gates = new FeatureGates(Set.of(), "");

  @BeforeEach
  void askForTheGates() {
    gates = FeatureGates.of(cluster.client());
  }

  @Test
  @Tag("core")
  void onlyWhatTheSchedulerCanCountIsPublished() {
    cluster.eventually(
        "the devices of node1 are as the gates allow",
        () -> {
          List<Device> devices = cluster.devices("node1");
          assertThat(devices)
              .filteredOn(device -> device.getName().contains("-vf"))
              .hasSize(gates.countVfs() ? 8 : 0);
          assertThat(devices)
              .filteredOn(
                  device -> GPUS.stream().anyMatch(gpu -> device.getName().equals(name(gpu))))
              .hasSize(2)
              .allSatisfy(
                  gpu -> {
                    assertThat(isShared(gpu)).isEqualTo(gates.shareGpus());
                    assertThat(charges(gpu)).hasSize(gates.countVfs() ? 1 : 0);
                  });
        });
    if (!gates.countVfs() || !gates.shareGpus()) {
      assertThat(agentsLog())
          .as("it says what is missing")
          .containsAnyOf(
              "feature gates of the cluster are off (DRA",
              "the release of Kubernetes lacks them (DRA",
              "cannot be published as");
    }
  }

  @Test
  @Tag("core")
  void aGpuIsNeverGivenToMoreClaimsThanItHasRoomFor() {
    cluster.structuredTemplate("part", one("gpu.intel.com", TYPE_GPU + ", " + memory("4Gi")));
    List<String> pods = List.of("a", "b", "c");
    pods.forEach(pod -> cluster.structuredPod(pod, ON_NODE1, Map.of("gpu", template("part"))));

    if (gates.shareGpus()) {
      cluster.awaitRunning("a", "b", "c");
      return;
    }
    cluster.eventually("two of three run", () -> assertThat(running(pods)).hasSize(2));
    String waiting =
        pods.stream().filter(pod -> !running(pods).contains(pod)).findFirst().orElseThrow();
    cluster.awaitUnschedulable(waiting);
    assertThat(cluster.gas("node1").getSpec().prepared().values())
        .as("the memory that is asked for is not looked at: each has a GPU of its own")
        .flatExtracting(devices -> devices)
        .extracting(AllocatedDevice::uid)
        .containsExactlyInAnyOrderElementsOf(GPUS);
    cluster.deletePod(running(pods).getFirst());
    cluster.awaitRunning(waiting);
  }

  @Test
  @Tag("core")
  void aVfThatDoesNotExistIsGivenOnlyWhereVfsAreCounted() {
    cluster.structuredTemplate("vf", one("gpu-vf.intel.com", ""));
    cluster.structuredPod("vf", ON_NODE1, Map.of("vf", template("vf")));

    if (gates.countVfs()) {
      cluster.awaitRunning("vf");
    } else {
      cluster.awaitUnschedulable("vf");
    }
  }

  @Test
  @Tag("core")
  void vfsThatAnAdministratorMadeAreGivenOutOnceEach() {
    String host = GPUS.getFirst();
    setNumVfs(host, 2);
    try {
      cluster.eventually(
          "its VFs stand for the GPU",
          () ->
              assertThat(cluster.deviceNames("node1"))
                  .contains(name(host) + "-vf0", name(host) + "-vf1")
                  .doesNotContain(name(host)));
      cluster.structuredTemplate(
          "vf",
          one(
              "gpu-vf.intel.com",
              "selectors: [{cel: {expression: 'device.attributes[\"gpu.intel.com\"].parent == \"%s\"'}}]"
                  .formatted(name(host))));
      List<String> pods = List.of("a", "b", "c");
      pods.forEach(pod -> cluster.structuredPod(pod, ON_NODE1, Map.of("vf", template("vf"))));

      cluster.eventually("two of three run", () -> assertThat(running(pods)).hasSize(2));
      pods.stream()
          .filter(pod -> !running(pods).contains(pod))
          .forEach(cluster::awaitUnschedulable);
      assertThat(pods.stream().flatMap(pod -> cluster.given(pod + "-vf").stream()))
          .extracting(DeviceRequestAllocationResult::getDevice)
          .containsExactlyInAnyOrder(name(host) + "-vf0", name(host) + "-vf1");
    } finally {
      cluster.empty();
      setNumVfs(host, 0);
    }
    cluster.eventually(
        "the GPU is whole again",
        () -> assertThat(cluster.deviceNames("node1")).contains(name(host)));
  }

  @Test
  void aGpuThatFailsSaysSoAndEvictsWhereThereAreTaints() {
    cluster.structuredTemplate(
        "first",
        one(
            "gpu.intel.com",
            "selectors: [{cel: {expression: 'device.attributes[\"resource.kubernetes.io\"].pciBusID == \"%s\"'}}]"
                .formatted(GPUS.getFirst().substring(0, 12))));
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpu", template("first")));
    cluster.awaitRunning("pod");
    String first = name(GPUS.getFirst());

    Topology.TWO_VF_HOSTS_I915.breakFirstOn(
        cluster,
        () ->
            assertThat(health(cluster.device("node1", first)))
                .as("of " + first)
                .isEqualTo("Unhealthy"));
    try {
      if (gates.has("DRADeviceTaints")) {
        cluster.eventually(
            "the pod is evicted",
            () ->
                assertThat(cluster.pods())
                    .allMatch(pod -> pod.getMetadata().getDeletionTimestamp() != null));
      } else {
        assertThat(cluster.device("node1", first).getTaints()).isNullOrEmpty();
        assertThat(cluster.phase("pod")).isEqualTo("Running");
      }
    } finally {
      Topology.TWO_VF_HOSTS_I915.repairOn(
          cluster, () -> assertThat(health(cluster.device("node1", first))).isEqualTo("Healthy"));
    }
  }

  @Test
  void whoMayNotLookOnGetsNoMonitor() {
    cluster.allowAdminAccess();
    cluster.structuredTemplate(
        "monitor", one("gpu-monitor.intel.com", "allocationMode: All, adminAccess: true"));
    cluster.structuredPod("monitor", ON_NODE1, Map.of("gpu", template("monitor")));

    if (gates.has("DRAAdminAccess")) {
      cluster.awaitRunning("monitor");
      return;
    }
    cluster.eventually(
        "the API server forgot that it only looks on, and the agent refuses",
        () ->
            assertThat(cluster.events(cluster.getPod("monitor")))
                .anySatisfy(
                    event -> assertThat(event.getMessage()).contains("administrative access")));
    assertThat(cluster.phase("monitor")).isEqualTo("Pending");
  }

  @Test
  void anExtendedResourceIsKnownWhereTheGateIsOn() {
    cluster.podWithExtendedResource("deviceclass.resource.kubernetes.io/gpu.intel.com");

    if (gates.has("DRAExtendedResource")) {
      cluster.awaitRunning("pod");
    } else {
      cluster.awaitUnschedulable("pod");
    }
  }

  @Test
  void thePodsOfAGroupShareTheClaimOfTheGroup() {
    assumeThat(gates.on()).contains("DRAWorkloadResourceClaims");
    var page = new PageWalk(cluster, Path.of("docs/use/cookbook/pod-group.md"), folder);

    page.section("Commands");
    page.section("What you see");
    assertThat(cluster.awaitOneCardEach("a", "b")).as("the same card").hasSize(1);
    page.section("Cleaning up");
    cluster.eventually(
        "the claim of the group is gone", () -> assertThat(cluster.claimNames()).isEmpty());
  }

  @Test
  void countersBesideTheirDevicesGiveVfsOnDemandBefore135() {
    assumeThat(gates.countVfs() && !gates.isAtLeast(35, 0)).isTrue();
    var page = new PageWalk(cluster, Path.of("docs/use/cookbook/vfs-on-1.34.md"), folder);

    page.section("Commands");
    page.section("What you see");
    assertThat(agentsLog()).contains("exclusive-vfs-on-demand-1.34");
    cluster.awaitOneCardEach("with-vf");
    page.section("Cleaning up");
  }

  private List<String> running(List<String> pods) {
    return pods.stream().filter(pod -> cluster.phase(pod).equals("Running")).toList();
  }

  private String agentsLog() {
    return Shell.kubectl(
        "logs",
        "-n",
        RealCluster.DRIVER_NAMESPACE,
        cluster.agentOn("node1").getMetadata().getName(),
        "-c",
        RealCluster.AGENT);
  }

  private static void setNumVfs(String gpu, int count) {
    VfScenarios.inPciFolder("node1", gpu, "echo %d > sriov_numvfs".formatted(count));
  }

  private static boolean isShared(Device device) {
    return Boolean.TRUE.equals(device.getAllowMultipleAllocations());
  }

  private static List<String> charges(Device device) {
    return Stream.ofNullable(device.getConsumesCounters())
        .flatMap(List::stream)
        .map(charge -> charge.getCounterSet())
        .toList();
  }

  private static String health(Device device) {
    return requireNonNull(device.getAttributes().get("health")).getString();
  }
}
