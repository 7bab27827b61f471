package com.intel.dra.gpu.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The lifecycle of claims, from Kubernetes' own list of DRA scenarios. */
class ClaimsIT {

  @RegisterExtension final RealCluster cluster = new RealCluster();

  private void claim(String name, String mode) {
    cluster.parameters(name, "{count: 1, memory: 256}");
    cluster.claim(name, name, mode);
  }

  @Test
  @Tag("core")
  void anImmediateClaimIsAllocatedBeforeAnyPodAndFivePodsThenShareIt() {
    claim("shared", "Immediate");
    cluster.eventually("it is allocated", () -> assertThat(cluster.isAllocated("shared")).isTrue());
    String[] pods = IntStream.range(0, 5).mapToObj(i -> "pod-" + i).toArray(String[]::new);
    for (String pod : pods) {
      cluster.pod(pod, "", Map.of("gpu", RealCluster.ofClaim("shared")));
    }
    cluster.awaitRunning(pods);

    assertThat(cluster.getClaim("shared").getStatus().getReservedFor()).hasSize(5);
    assertThat(cluster.devicesOf(cluster.getClaim("shared"))).hasSize(1);
  }

  @Test
  @Tag("core")
  void tenPodsRaceForOneDelayedClaimAndAllShareIt() {
    claim("shared", "WaitForFirstConsumer");
    String[] pods = IntStream.range(0, 10).mapToObj(i -> "pod-" + i).toArray(String[]::new);
    for (String pod : pods) {
      cluster.pod(pod, "", Map.of("gpu", RealCluster.ofClaim("shared")));
    }
    cluster.awaitRunning(pods);

    assertThat(cluster.getClaim("shared").getStatus().getReservedFor()).hasSize(10);
    assertThat(cluster.devicesOf(cluster.getClaim("shared"))).hasSize(1);
    assertThat(cluster.claimUidsInAnyGas())
        .containsExactly(cluster.getClaim("shared").getMetadata().getUid());
  }

  @Test
  void aStandaloneClaimKeepsItsGpuWhenItsPodIsGoneAndGivesItBackWhenAsked() {
    claim("keeps", "WaitForFirstConsumer");
    cluster.pod("first", "", Map.of("gpu", RealCluster.ofClaim("keeps")));
    cluster.awaitRunning("first");
    cluster.deletePod("first");
    cluster.eventually(
        "the reservation is removed",
        () -> assertThat(cluster.getClaim("keeps").getStatus().getReservedFor()).isEmpty());

    ResourceClaim claim = cluster.getClaim("keeps");
    // for some claims Kubernetes' resource claim controller requests this by itself
    if (claim.getStatus().getAllocation() != null
        && !Boolean.TRUE.equals(claim.getStatus().getDeallocationRequested())) {
      cluster
          .client()
          .resource(
              new ResourceClaimBuilder(claim)
                  .editStatus()
                  .withDeallocationRequested(true)
                  .endStatus()
                  .build())
          .patchStatus();
    }

    cluster.awaitDeallocated("keeps");
    cluster.pod("second", "", Map.of("gpu", RealCluster.ofClaim("keeps")));
    cluster.awaitRunning("second");
  }

  @Test
  void aClaimInUseIsNotGivenBackBeforeItsPodIsGone() {
    claim("in-use", "WaitForFirstConsumer");
    cluster.pod("user", "", Map.of("gpu", RealCluster.ofClaim("in-use")));
    cluster.awaitRunning("user");

    cluster
        .client()
        .resources(ResourceClaim.class)
        .inNamespace(cluster.namespace())
        .withName("in-use")
        .delete();

    cluster.stays(
        "it keeps its device", () -> cluster.devicesOf(cluster.getClaim("in-use")).size() == 1);
    cluster.deletePod("user");
    cluster.eventually("then it goes", () -> assertThat(cluster.claims()).isEmpty());
  }

  @Test
  void podsThatWereScheduledByHandGetTheirClaims() {
    claim("external", "WaitForFirstConsumer");
    cluster.template("inline", "external");
    cluster.pod(
        "by-hand-external", "nodeName: node2", Map.of("gpu", RealCluster.ofClaim("external")));
    cluster.pod(
        "by-hand-inline", "nodeName: node1", Map.of("gpu", RealCluster.ofTemplate("inline")));

    cluster.awaitRunning("by-hand-external", "by-hand-inline");
    assertThat(cluster.devicesOf(cluster.getClaim("external")).getFirst()).startsWith("node2 ");
  }

  @Test
  void schedulingIsRetriedAfterTheClassIsCreatedAndAfterItIsMadeOurs() {
    String className = "late-" + cluster.namespace();
    cluster.parameters("p", "{count: 1}");
    cluster.claim(
        "waits", className, "gpu.dra.intel.com", "GpuClaimParameters", "p", "WaitForFirstConsumer");
    cluster.pod("pod", "", Map.of("gpu", RealCluster.ofClaim("waits")));
    cluster.stays("it waits", () -> cluster.phase("pod").equals("Pending"));
    cluster.apply(
        """
        apiVersion: resource.k8s.io/v1alpha2
        kind: ResourceClass
        metadata: {name: %s}
        driverName: somebody-else.example.com
        """
            .formatted(className));
    cluster.stays("it waits on", () -> cluster.phase("pod").equals("Pending"));

    cluster
        .client()
        .resources(ResourceClass.class)
        .withName(className)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"driverName\":\"gpu.dra.intel.com\"}");

    cluster.awaitRunning("pod");
  }

  @Test
  void aClassGivesOutOnlyTheDevicesThatItsParametersSelect() {
    String className = "arc-" + cluster.namespace();
    cluster.resourceClass(className, "[{type: gpu, name: \"0000:b4:*\"}]");
    cluster.parameters("p", "{count: 1}");
    String[] claims = {"arc-0", "arc-1", "arc-2"};
    for (String claim : claims) {
      cluster.claim(claim, className, "gpu.dra.intel.com", "GpuClaimParameters", "p", "Immediate");
    }
    cluster.awaitAllocated(claims);

    for (String claim : claims) {
      assertThat(cluster.devicesOf(cluster.getClaim(claim)))
          .singleElement()
          .asString()
          .endsWith(RealCluster.ARC_A770);
    }
  }

  @Test
  void severalContainersAndAnInitContainerUseOneClaim() {
    claim("one", "WaitForFirstConsumer");
    cluster.apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: several}
        spec:
          terminationGracePeriodSeconds: 1
          initContainers:
          - name: init
            image: registry.k8s.io/e2e-test-images/busybox:1.29-2
            command: ["sh", "-c", "ls /dev/dri"]
            resources: {claims: [{name: gpu}]}
          containers:
          - name: first
            image: registry.k8s.io/e2e-test-images/busybox:1.29-2
            command: ["sh", "-c", "ls /dev/dri; sleep 3600"]
            resources: {claims: [{name: gpu}]}
          - name: second
            image: registry.k8s.io/e2e-test-images/busybox:1.29-2
            command: ["sh", "-c", "ls /dev/dri; sleep 3600"]
            resources: {claims: [{name: gpu}]}
          resourceClaims: [{name: gpu, source: {resourceClaimName: one}}]
        """);
    cluster.awaitRunning("several");

    for (String container : new String[] {"init", "first", "second"}) {
      cluster.eventually(
          container + " sees it",
          () -> assertThat(cluster.log("several", container)).contains("renderD12"));
    }
  }

  @Test
  void namesOfSixtyThreeCharactersWork() {
    String name = "n".repeat(63);
    cluster.parameters("p", "{count: 1}");
    cluster.claim(name, "p", "WaitForFirstConsumer");
    cluster.pod(name, "", Map.of("c".repeat(63), RealCluster.ofClaim(name)));

    cluster.awaitRunning(name);
  }

  @Test
  void aRestartedContainerKeepsItsClaim() {
    cluster.parameters("p", "{count: 1}");
    cluster.template("p", "p");
    cluster.apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: restarts}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: registry.k8s.io/e2e-test-images/busybox:1.29-2
            command: ["sh", "-c", "ls /dev/dri; test -e /cache/once && sleep 3600; touch /cache/once"]
            resources: {claims: [{name: gpu}]}
            volumeMounts: [{name: cache, mountPath: /cache}]
          volumes: [{name: cache, emptyDir: {}}]
          resourceClaims: [{name: gpu, source: {resourceClaimTemplateName: p}}]
        """);
    cluster.eventually("the claim is made", () -> assertThat(cluster.claims()).hasSize(1));
    String uid = cluster.claims().getFirst().getMetadata().getUid();
    cluster.eventually(
        "the container was restarted and runs",
        () -> {
          var status = cluster.getPod("restarts").getStatus().getContainerStatuses().getFirst();
          assertThat(status.getRestartCount()).isEqualTo(1);
          assertThat(status.getReady()).isTrue();
        });

    assertThat(cluster.claims()).singleElement().extracting("metadata.uid").isEqualTo(uid);
    assertThat(cluster.log("restarts", "main")).contains("renderD12");
  }
}
