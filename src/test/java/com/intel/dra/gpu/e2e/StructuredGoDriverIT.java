package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.name;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequestAllocationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was written for Intel's driver in Go or for a device plugin runs as it is, on nodes with
 * eight GPUs of which each is shared, can have VFs and has a monitor.
 */
@Tag("structured")
class StructuredGoDriverIT {

  private static final List<String> GPUS = Topology.EIGHT_VF_HOSTS.uids();
  private static final Integer[] CARDS = {0, 1, 2, 3, 4, 5, 6, 7};

  /** As the examples of the Go driver ask for monitoring. */
  private static final String ALL_TO_LOOK_AT =
      one(
          "gpu.intel.com",
          "allocationMode: All, adminAccess: true, tolerations: [{effect: NoExecute}, {effect:"
              + " NoSchedule}]");

  private static final Path MONITORS = Path.of("deploy/components/monitors/policy.yaml");

  @RegisterExtension
  final StructuredCluster cluster = new StructuredCluster(Topology.EIGHT_VF_HOSTS);

  /** A claim as the Go driver's examples and test pods have it. */
  private record Asked(String devices, int gpus) {

    static Asked by(String more, int gpus) {
      return new Asked(
          "requests: [{name: gpu, exactly: {deviceClassName: gpu.intel.com%s}}]".formatted(more),
          gpus);
    }

    static Asked with(String condition) {
      return by(selector(condition), 1);
    }

    static String selector(String condition) {
      return ", selectors: [{cel: {expression: 'device.%s'}}]".formatted(condition);
    }
  }

  @Test
  void eachClaimGetsWholeGpusForItself() {
    var two = Asked.by(", count: 2", 2);
    var asked =
        List.of(
            Asked.by("", 1),
            two,
            Asked.with("attributes[\"gpu.intel.com\"].family == \"Data Center Flex\""),
            Asked.with("attributes[\"gpu.intel.com\"].driver == \"i915\""),
            Asked.with("attributes[\"gpu.intel.com\"].sriov == true"),
            Asked.with("capacity[\"gpu.intel.com\"].memory.compareTo(quantity(\"4Gi\")) >= 0"),
            new Asked(
                "requests: [{name: gpu, firstAvailable: [{name: none, deviceClassName: gpu.intel.com"
                    + Asked.selector("attributes[\"gpu.intel.com\"].model == \"other\"")
                    + "}, {name: any, deviceClassName: gpu.intel.com}]}]",
                1),
            new Asked(
                two.devices() + ", constraints: [{matchAttribute: gpu.intel.com/pciRoot}]", 2));
    for (int i = 0; i < asked.size(); i++) {
      cluster.structuredTemplate("claim-" + i, "{devices: {%s}}".formatted(asked.get(i).devices()));
      cluster.structuredPod("pod-" + i, "", Map.of("gpu", template("claim-" + i)));
    }

    for (int i = 0; i < asked.size(); i++) {
      String pod = "pod-" + i;
      int gpus = asked.get(i).gpus();
      cluster.awaitRunning(pod);
      cluster.eventually(
          pod + " sees its GPUs", () -> assertThat(cluster.cards(pod, "main")).hasSize(gpus));
    }
    assertThat(
            cluster.structuredClaims().stream()
                .flatMap(
                    claim -> claim.getStatus().getAllocation().getDevices().getResults().stream())
                .map(result -> result.getPool() + " " + result.getDevice()))
        .hasSize(asked.stream().mapToInt(Asked::gpus).sum())
        .doesNotHaveDuplicates()
        .allMatch(device -> devices("").contains(device.substring(device.indexOf(' ') + 1)));
  }

  @Test
  void aClaimToLookAtAllGpusGetsEachOnce(@TempDir Path folder) throws IOException {
    cluster.allowAdminAccess();
    awaitClassOfMonitoringPods("gpu.intel.com", folder);
    cluster.structuredTemplate("monitor", ALL_TO_LOOK_AT);
    cluster.structuredPod("monitor", ON_NODE1, Map.of("gpus", template("monitor")));

    cluster.awaitRunning("monitor");
    cluster.awaitCards("monitor", "main", CARDS);
    assertThat(givenToTheMonitor()).containsExactlyInAnyOrderElementsOf(devices(""));
  }

  @Test
  void withThePolicyItGetsTheMonitorsOfGpusThatAreUsedUp(@TempDir Path folder) throws IOException {
    cluster.allowAdminAccess();
    cluster.applyFile(MONITORS);
    cluster.structuredTemplate("gpu", one("gpu.intel.com", ""));
    cluster.structuredTemplate("vf", one("gpu-vf.intel.com", ""));
    cluster.structuredTemplate("monitor", ALL_TO_LOOK_AT);
    cluster.structuredPod("gpu", ON_NODE1, Map.of("gpu", template("gpu")));
    cluster.structuredPod("vf", ON_NODE1, Map.of("vf", template("vf")));
    cluster.awaitRunning("gpu");
    cluster.awaitRunning("vf");
    awaitClassOfMonitoringPods("gpu-monitor.intel.com", folder);

    cluster.structuredPod("monitor", ON_NODE1, Map.of("gpus", template("monitor")));

    cluster.awaitRunning("monitor");
    cluster.eventually(
        "it sees all GPUs", () -> assertThat(cluster.cards("monitor", "main")).contains(CARDS));
    assertThat(givenToTheMonitor()).containsExactlyInAnyOrderElementsOf(devices("-monitor"));
    assertThat(claimAsStored("example.com/other", folder))
        .as("a claim that somebody wrote stays as it is")
        .contains("deviceClassName: gpu.intel.com");
  }

  /** The API server follows a policy a moment after it was made or deleted. */
  private void awaitClassOfMonitoringPods(String deviceClass, Path folder) {
    cluster.eventually(
        "claims of monitoring pods are for " + deviceClass,
        () ->
            assertThat(claimAsStored("resource.kubernetes.io/pod-claim-name", folder))
                .contains("deviceClassName: " + deviceClass + "\n"));
  }

  /**
   * Returns the claim as the API server would store it.
   *
   * @param annotation what shows whether Kubernetes makes it from a template
   */
  private String claimAsStored(String annotation, Path folder) throws IOException {
    Path file = folder.resolve("claim.yaml");
    Files.writeString(
        file,
        """
        apiVersion: resource.k8s.io/v1
        kind: ResourceClaim
        metadata: {name: asked, annotations: {%s: gpus}}
        spec: %s
        """
            .formatted(annotation, ALL_TO_LOOK_AT));
    return Shell.kubectl(
        "create", "--dry-run=server", "-o=yaml", "-n", cluster.namespace(), "-f", file.toString());
  }

  private List<String> givenToTheMonitor() {
    return cluster.given("monitor-gpus").stream()
        .map(DeviceRequestAllocationResult::getDevice)
        .toList();
  }

  private static List<String> devices(String suffix) {
    return GPUS.stream().map(uid -> name(uid) + suffix).toList();
  }

  @Test
  void aPodForADevicePluginGetsAGpuByTheClassesOfTheChart() {
    cluster.apply(
        Chart.extendedResourcesFor(
            "1.37.2", "v1/DeviceClass", "gpu.intel.com/i915", "gpu.intel.com/xe", "intel.com/gpu"));
    cluster.podWithExtendedResource("i915", "gpu.intel.com/i915");
    cluster.podWithExtendedResource("xe", "gpu.intel.com/xe");
    cluster.podWithExtendedResource("any", "intel.com/gpu");

    cluster.awaitRunning("i915");
    cluster.awaitRunning("any");
    for (String pod : List.of("i915", "any")) {
      cluster.eventually(
          pod + " sees its GPU", () -> assertThat(cluster.cards(pod, "main")).hasSize(1));
      assertThat(cluster.given(pod))
          .singleElement()
          .satisfies(result -> assertThat(devices("")).contains(result.getDevice()));
    }
    cluster.awaitUnschedulable("xe"); // no GPU has that kernel driver
  }
}
