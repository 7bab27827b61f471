package com.intel.dra.gpu.e2e;

import static com.intel.dra.gpu.e2e.StructuredCluster.ON_NODE1;
import static com.intel.dra.gpu.e2e.StructuredCluster.claimNamed;
import static com.intel.dra.gpu.e2e.StructuredCluster.memory;
import static com.intel.dra.gpu.e2e.StructuredCluster.one;
import static com.intel.dra.gpu.e2e.StructuredCluster.template;
import static com.intel.dra.gpu.e2e.TestObjects.container;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.AllocatedDevice;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * GPUs by structured DRA: whole, shared by memory, with administrative access, and as an extended
 * resource.
 */
@Tag("structured")
class StructuredIT {

  private static final String FLEX =
      "selectors: [{cel: {expression: 'device.attributes[\"gpu.intel.com\"].model == \"Flex"
          + " 170\"'}}]";

  @RegisterExtension final StructuredCluster cluster = new StructuredCluster(Topology.USUAL);

  @Test
  @Tag("core")
  void theWalkThrough() throws IOException {
    cluster.applyFile(Path.of("deploy/examples/structured/pod-inline.yaml"));
    cluster.awaitRunning("test-inline-claim");

    cluster.eventually(
        "the log of the container with the claim",
        () ->
            assertThat(cluster.log("test-inline-claim", "with-resource"))
                .containsPattern("crw-rw-rw- .* 226, +[01] .* card[01]\n")
                .containsPattern("crw-rw-rw- .* 226, +12[89] .* renderD12[89]\n"));
    cluster.eventually(
        "the log of the container without",
        () ->
            assertThat(cluster.log("test-inline-claim", "without-resource"))
                .contains("/dev/dri/: No such file or directory"));
    String node = cluster.getPod("test-inline-claim").getSpec().getNodeName();
    String uid = cluster.structuredClaims().getFirst().getMetadata().getUid();
    cluster.eventually(
        "the GAS shows the claim",
        () -> {
          var gas = cluster.gas(node).getSpec();
          assertThat(gas.prepared()).containsOnlyKeys(uid);
          assertThat(gas.resourceClaimAllocations()).containsOnlyKeys(uid);
        });
  }

  @Test
  void partsOfAGpuAddUpAndWhatDoesNotFitWaits() {
    cluster.structuredTemplate("part", one("gpu.intel.com", FLEX + ", " + memory("6Gi")));
    for (String pod : List.of("a", "b", "c")) {
      cluster.structuredPod(pod, ON_NODE1, Map.of("gpu", template("part")));
    }

    cluster.eventually(
        "two of three run",
        () ->
            assertThat(List.of("a", "b", "c"))
                .filteredOn(pod -> cluster.phase(pod).equals("Running"))
                .hasSize(2));
    String waiting =
        List.of("a", "b", "c").stream()
            .filter(pod -> !cluster.phase(pod).equals("Running"))
            .findFirst()
            .orElseThrow();
    cluster.awaitUnschedulable(waiting);
    cluster.eventually(
        "the GAS says who has how much",
        () ->
            assertThat(cluster.gas("node1").getSpec().prepared().values())
                .allSatisfy(
                    devices ->
                        assertThat(devices)
                            .singleElement()
                            .extracting(AllocatedDevice::memory)
                            .isEqualTo(6144))
                .hasSize(2));

    cluster.deletePod(waiting.equals("a") ? "b" : "a");
    cluster.awaitRunning(waiting);
  }

  @Test
  void whoAsksForNoMemoryIsAlone() {
    cluster.structuredTemplate("whole", one("gpu.intel.com", FLEX));
    cluster.structuredTemplate("part", one("gpu.intel.com", FLEX + ", " + memory("1Mi")));
    cluster.structuredPod("whole", ON_NODE1, Map.of("gpu", template("whole")));
    cluster.awaitRunning("whole");
    cluster.structuredPod("part", ON_NODE1, Map.of("gpu", template("part")));

    cluster.awaitUnschedulable("part");
    cluster.deletePod("whole");
    cluster.awaitRunning("part");
  }

  @Test
  void aShareBiggerThanTheGpuIsRefused() {
    cluster.structuredTemplate("huge", one("gpu.intel.com", memory("14249Mi")));
    cluster.structuredPod("huge", "", Map.of("gpu", template("huge")));

    cluster.awaitUnschedulable("huge");
  }

  @Test
  void aClaimIsSharedByPodsAndByInitContainers() {
    cluster.structuredClaim("shared", one("gpu.intel.com", FLEX));
    String init =
        "initContainers: [%s]".formatted(TestObjects.containerThat("first", "ls /dev/dri", "gpu"));
    cluster.structuredPod(
        "one", init, List.of(container("main", "gpu")), Map.of("gpu", claimNamed("shared")));
    cluster.awaitRunning("one");
    cluster.structuredPod("two", "", Map.of("gpu", claimNamed("shared")));
    cluster.awaitRunning("two");

    cluster.awaitCards("one", "first", 0);
    cluster.awaitCards("one", "main", 0);
    cluster.awaitCards("two", "main", 0);
    assertThat(cluster.given("shared")).hasSize(1);
  }

  @Test
  void eachRequestGoesToTheContainersThatNameIt() {
    cluster.structuredTemplate(
        "two",
        """
        {devices: {requests: [
          {name: flex, exactly: {deviceClassName: gpu.intel.com, %s}},
          {name: arc, exactly: {deviceClassName: gpu.intel.com,
             selectors: [{cel: {expression: 'device.attributes["gpu.intel.com"].model == "A770"'}}]}}]}}
        """
            .formatted(FLEX));
    cluster.structuredPod(
        "pod",
        "",
        List.of(
            containerOf("flex", "{name: gpus, request: flex}"),
            containerOf("arc", "{name: gpus, request: arc}"),
            containerOf("both", "{name: gpus}")),
        Map.of("gpus", template("two")));
    cluster.awaitRunning("pod");

    cluster.awaitCards("pod", "flex", 0);
    cluster.awaitCards("pod", "arc", 1);
    cluster.awaitCards("pod", "both", 0, 1);
  }

  @Test
  void theFirstAvailableAlternativeIsGiven() {
    cluster.structuredTemplate(
        "any",
        """
        {devices: {requests: [{name: gpu, firstAvailable: [
          {name: none, deviceClassName: gpu.intel.com,
             selectors: [{cel: {expression: 'device.attributes["gpu.intel.com"].model == "B580"'}}]},
          {name: arc, deviceClassName: gpu.intel.com,
             selectors: [{cel: {expression: 'device.attributes["gpu.intel.com"].model == "A770"'}}]}]}]}}
        """);
    cluster.structuredPod("pod", "", Map.of("gpu", template("any")));
    cluster.awaitRunning("pod");

    cluster.awaitCards("pod", "main", 1);
    assertThat(cluster.given("pod-gpu"))
        .singleElement()
        .satisfies(result -> assertThat(result.getRequest()).isEqualTo("gpu/arc"));
  }

  @Test
  void whoLooksOnDoesSoBesideThoseWhoUseAllOfIt() {
    cluster.allowAdminAccess();
    cluster.structuredTemplate(
        "both",
        "{devices: {requests: [{name: gpus, exactly: {deviceClassName: gpu.intel.com,"
            + " allocationMode: All}}]}}");
    cluster.structuredTemplate(
        "monitor",
        "{devices: {requests: [{name: gpus, exactly: {deviceClassName: gpu-monitor.intel.com,"
            + " allocationMode: All, adminAccess: true}}]}}");
    cluster.structuredPod("user", ON_NODE1, Map.of("gpus", template("both")));
    cluster.awaitRunning("user");
    cluster.structuredPod("monitor", ON_NODE1, Map.of("gpus", template("monitor")));
    cluster.awaitRunning("monitor");

    cluster.awaitCards("user", "main", 0, 1);
    cluster.awaitCards("monitor", "main", 0, 1);
    String user = claimUid("user-gpus");
    cluster.eventually(
        "who looks on holds nothing",
        () ->
            assertThat(cluster.gas("node1").getSpec().prepared())
                .allSatisfy(
                    (uid, devices) -> assertThat(devices).hasSize(uid.equals(user) ? 2 : 0)));
  }

  @Test
  void anExtendedResourceIsAnOrdinaryGpu() {
    cluster.apply(
        """
        apiVersion: resource.k8s.io/v1
        kind: DeviceClass
        metadata: {name: extended-%1$s}
        spec:
          extendedResourceName: gpu.intel.com/%1$s
          selectors:
            - cel: {expression: 'device.driver == "gpu.intel.com" && device.attributes["gpu.intel.com"].model == "A770"'}
        """
            .formatted(cluster.namespace()));
    cluster.podWithExtendedResource("gpu.intel.com/" + cluster.namespace());
    cluster.awaitRunning("pod");

    cluster.awaitCards("pod", "main", 1);
  }

  @Test
  void theNameOfAClaimThatWasDeletedByForceIsUsedAgain() {
    cluster.structuredClaim("mine", one("gpu.intel.com", FLEX));
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpu", claimNamed("mine")));
    cluster.awaitRunning("pod");
    String before = claimUid("mine");

    cluster
        .client()
        .pods()
        .inNamespace(cluster.namespace())
        .withName("pod")
        .withGracePeriod(0)
        .delete();
    cluster.delete(ResourceClaim.class, "mine");
    cluster.eventually(
        "the claim is gone", () -> assertThat(cluster.claimNames()).doesNotContain("mine"));
    cluster.structuredClaim("mine", one("gpu.intel.com", FLEX));
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpu", claimNamed("mine")));
    cluster.awaitRunning("pod");

    assertThat(claimUid("mine")).isNotEqualTo(before);
    cluster.awaitCards("pod", "main", 0);
  }

  @Test
  void parametersThatTheDriverDoesNotKnowAreRefusedByName() {
    cluster.structuredTemplate(
        "configured",
        """
        {devices: {requests: [{name: gpu, exactly: {deviceClassName: gpu.intel.com}}],
          config: [{requests: [gpu], opaque: {driver: gpu.intel.com,
            parameters: {apiVersion: gpu.example.com/v1, kind: GpuConfig, sharing: TimeSlicing}}}]}}
        """);
    cluster.structuredPod("pod", ON_NODE1, Map.of("gpu", template("configured")));

    cluster.eventually(
        "the pod's event says what is wrong",
        () ->
            assertThat(cluster.events(cluster.getPod("pod")))
                .anySatisfy(
                    event ->
                        assertThat(event.getMessage())
                            .contains("opaque parameters (spec.devices.config)", "request gpu")));
    assertThat(cluster.phase("pod")).isEqualTo("Pending");
  }

  private String claimUid(String name) {
    return cluster.structuredClaims().stream()
        .filter(claim -> claim.getMetadata().getName().startsWith(name))
        .map(claim -> claim.getMetadata().getUid())
        .findFirst()
        .orElseThrow();
  }

  private static String containerOf(String name, String use) {
    return "{name: %s, image: %s, command: [sh, -c, \"ls /dev/dri; sleep 3600\"], resources: {claims: [%s]}}"
        .formatted(name, TestObjects.IMAGE, use);
  }
}
