package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimTemplate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Claims that several pods use, and claims that no pod uses any more. */
class SharingIT {

  @RegisterExtension final RealCluster cluster = new RealCluster();

  @Test
  void oneExternalClaimIsUsedBySeveralContainersOfSeveralPods() {
    cluster.parameters("p", "{count: 1, memory: 256}");
    cluster.claim("shared", "p", "WaitForFirstConsumer");
    String[] pods = {"pod-1", "pod-2", "pod-3"};
    for (String pod : pods) {
      cluster.pod(
          pod,
          "",
          List.of(RealCluster.container("first", "gpu"), RealCluster.container("second", "gpu")),
          Map.of("gpu", RealCluster.ofClaim("shared")));
    }
    cluster.awaitRunning(pods);

    assertThat(cluster.devicesOf(cluster.getClaim("shared"))).hasSize(1);
    for (String name : pods) {
      var pod = cluster.getPod(name);
      assertThat(pod.getSpec().getContainers()).hasSize(2);
      pod.getSpec()
          .getContainers()
          .forEach(container -> SeenDevices.awaitThoseOf(cluster, Topology.USUAL, pod, container));
    }
    assertThat(cluster.reservedFor("shared")).containsExactlyInAnyOrder(pods);
  }

  @Test
  void aPodThatIsDoneFreesItsExternalClaimWhichIsThenDeallocated() {
    cluster.parameters("p", "{count: 1, memory: 256}");
    cluster.claim("used-once", "p", "WaitForFirstConsumer");
    podThatEnds("done", RealCluster.ofClaim("used-once"));

    cluster.eventually(
        "it is done", () -> assertThat(cluster.phase("done")).isEqualTo("Succeeded"));

    // Kubernetes removes the reservation and requests the deallocation of delayed claims
    cluster.awaitDeallocated("used-once");
    assertThat(cluster.reservedFor("used-once")).isEmpty();
    assertThat(cluster.phase("done")).isEqualTo("Succeeded");
  }

  @Test
  void anImmediateClaimKeepsItsDevicesWhenItsPodIsDone() {
    cluster.parameters("p", "{count: 1, memory: 256}");
    cluster.claim("kept", "p", "Immediate");
    cluster.awaitAllocated("kept");
    var devices = cluster.devicesOf(cluster.getClaim("kept"));
    podThatEnds("done", RealCluster.ofClaim("kept"));

    cluster.eventually(
        "the reservation is removed",
        () -> {
          assertThat(cluster.phase("done")).isEqualTo("Succeeded");
          assertThat(cluster.reservedFor("kept")).isEmpty();
        });

    cluster.stays("it stays allocated", () -> cluster.isAllocated("kept"));
    assertThat(cluster.devicesOf(cluster.getClaim("kept"))).isEqualTo(devices);
  }

  @Test
  void aGeneratedClaimIsDeletedWhenItsPodIsDone() {
    cluster.parameters("p", "{count: 1, memory: 256}");
    cluster.template("p", "p");
    podThatEnds("done", RealCluster.ofTemplate("p"));

    cluster.eventually(
        "it is done", () -> assertThat(cluster.phase("done")).isEqualTo("Succeeded"));

    cluster.eventually("its claim is deleted", () -> assertThat(cluster.claims()).isEmpty());
    // the claim is released when its pod is done, which may be before the kubelet unprepares it
    cluster.eventually(
        "no GAS has a trace of it", () -> assertThat(cluster.claimUidsInAnyGas()).isEmpty());
  }

  /**
   * The claim's template is gone, too, so that Kubernetes cannot make another claim for the pod.
   */
  @Test
  void aPodWithoutItsGeneratedClaimWaitsAndTheDriverIsNotDisturbed() {
    cluster.parameters("p", "{count: 1, memory: 256}");
    cluster.template("gone", "p");
    cluster.template("stays", "p");
    cluster.pod(
        "waits",
        "schedulingGates: [{name: e2e.example.com/later}]",
        Map.of("gpu", RealCluster.ofTemplate("gone")));
    cluster.eventually(
        "its claim is made and known to the pod",
        () ->
            assertThat(cluster.getPod("waits").getStatus().getResourceClaimStatuses()).hasSize(1));
    String claim = cluster.claimOf(cluster.getPod("waits"), "gpu").getMetadata().getName();
    cluster.delete(ResourceClaimTemplate.class, "gone");
    cluster.deleteClaim(claim);
    cluster.eventually("it is gone", () -> assertThat(cluster.claims()).isEmpty());

    cluster.change(Pod.class, "waits", "{\"spec\":{\"schedulingGates\":null}}");
    cluster.pod("served", "", Map.of("gpu", RealCluster.ofTemplate("stays")));

    cluster.awaitRunning("served");
    cluster.stays("it waits", () -> cluster.phase("waits").equals("Pending"));
    var driver = new Driver(cluster);
    assertThat(cluster.podsOf(RealCluster.CONTROLLER))
        .allSatisfy(pod -> assertThat(driver.complaints(pod)).isEmpty());
  }

  private void podThatEnds(String name, String source) {
    cluster.pod(
        name,
        "restartPolicy: Never",
        List.of(RealCluster.containerThat("main", "ls /dev/dri/card*", "gpu")),
        Map.of("gpu", source));
  }
}
