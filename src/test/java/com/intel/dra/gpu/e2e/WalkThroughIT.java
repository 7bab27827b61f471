package com.intel.dra.gpu.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuApi;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The walk-through of the user's document, and the same with many pods. */
@Tag("core")
class WalkThroughIT {

  @RegisterExtension final RealCluster cluster = new RealCluster();

  @Test
  void theContainerWithTheClaimSeesAGpuAndTheOtherOneNone() throws IOException {
    cluster.applyFile(Path.of("deploy/examples/pod-inline.yaml"));
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

    ResourceClaim claim = cluster.claims().getFirst();
    assertThat(claim.getMetadata().getFinalizers()).contains(GpuApi.CLAIM_FINALIZER);
    GpuAllocationState gas =
        cluster.gas(cluster.getPod("test-inline-claim").getSpec().getNodeName());
    String uid = claim.getMetadata().getUid();
    var allocation = requireNonNull(gas.getSpec().resourceClaimAllocations().get(uid));
    assertThat(allocation.gpus()).singleElement().extracting("memory").isEqualTo(512);
    assertThat(allocation.owner())
        .isEqualTo(cluster.getPod("test-inline-claim").getMetadata().getUid());
    cluster.eventually(
        "the GAS shows the prepared claim",
        () ->
            assertThat(cluster.gas(gas.getMetadata().getName()).getSpec().prepared().get(uid))
                .isEqualTo(allocation.gpus()));
  }

  @Test
  void theGasHasTheShapeOfTheDocument() {
    GpuAllocationState gas = cluster.gas("node1");

    assertThat(gas.getStatus()).isEqualTo("Ready");
    assertThat(gas.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(
            owner -> {
              assertThat(owner.getApiVersion()).isEqualTo("v1");
              assertThat(owner.getKind()).isEqualTo("Node");
              assertThat(owner.getName()).isEqualTo("node1");
              assertThat(owner.getController()).isNull();
            });
    assertThat(gas.getSpec().allocatable())
        .containsOnlyKeys(RealCluster.FLEX_170, RealCluster.ARC_A770);
    var gpu = requireNonNull(gas.getSpec().allocatable().get(RealCluster.FLEX_170));
    assertThat(gpu.uid()).isEqualTo(RealCluster.FLEX_170);
    assertThat(gpu.memory()).isEqualTo(RealCluster.FLEX_170_MIB);
    assertThat(gpu.model()).isEqualTo("0x56c0");
    assertThat(gpu.type()).isEqualTo("gpu");
    assertThat(gpu.parentUid()).isEmpty();
    assertThat(gpu.maxVfs()).isZero();
  }

  @Test
  void tenPodsRunOnTheTwoGpusOfOneNodeAndLeaveNothing() {
    cluster.parameters("small", "{count: 1, type: gpu, memory: 512}");
    cluster.template("small", "small");
    var pods = IntStream.range(0, 10).mapToObj(i -> "pod-" + i).toArray(String[]::new);
    for (String pod : pods) {
      cluster.pod(
          pod,
          "nodeSelector: {kubernetes.io/hostname: node1}",
          Map.of("gpu", RealCluster.ofTemplate("small")));
    }
    cluster.awaitRunning(pods);

    var used = new HashSet<String>();
    assertThat(cluster.claims()).hasSize(10);
    cluster.claims().forEach(claim -> used.addAll(cluster.devicesOf(claim)));
    assertThat(used)
        .containsExactlyInAnyOrder(
            "node1 " + RealCluster.FLEX_170, "node1 " + RealCluster.ARC_A770);

    for (String pod : pods) {
      cluster.deletePod(pod);
    }
    cluster.eventually("all claims are gone", () -> assertThat(cluster.claims()).isEmpty());
    cluster.eventually(
        "the GAS is clean",
        () -> {
          assertThat(cluster.gas("node1").getSpec().resourceClaimAllocations()).isEmpty();
          assertThat(cluster.gas("node1").getSpec().prepared()).isEmpty();
        });
  }
}
