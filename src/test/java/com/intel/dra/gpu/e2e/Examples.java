package com.intel.dra.gpu.e2e;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** What each file of deploy/examples must show, and on which GPUs. */
final class Examples {

  static final Path FOLDER = Path.of("deploy", "examples");

  /**
   * @param shows fails unless the state of the cluster matches the file's first line; it may wait
   */
  record Expectation(Topology topology, BiConsumer<RealCluster, Topology> shows) {

    void check(RealCluster cluster) {
      shows.accept(cluster, topology);
    }
  }

  private static final Map<String, Expectation> EXPECTATIONS = new TreeMap<>();

  private Examples() {}

  /** Returns the names of all expected files. */
  static Set<String> files() {
    return EXPECTATIONS.keySet();
  }

  static Expectation of(String file) {
    return requireNonNull(EXPECTATIONS.get(file), file);
  }

  private static void expect(String file, BiConsumer<RealCluster, Topology> shows) {
    expect(file, Topology.USUAL, shows);
  }

  private static void expect(
      String file, Topology topology, BiConsumer<RealCluster, Topology> shows) {
    EXPECTATIONS.put(file, new Expectation(topology, shows));
  }

  static {
    expect("claim.yaml", Examples::staysUnallocated);
    expect(
        "claim-immediate.yaml",
        (cluster, _) ->
            cluster.awaitAllocated(cluster.claims().getFirst().getMetadata().getName()));
    expect("class-device-selector.yaml", runs(1, 1, List.of(1)).andThen(Examples::isFlex170));
    expect("deployment-inline.yaml", runs(2, 2, List.of(1)));
    expect("deployment-inline-immediate.yaml", runs(2, 2, List.of(1)));
    expect("deployment-shared-claim.yaml", runs(2, 1, List.of(1)));
    expect("deployment-shared-claim-immediate.yaml", runs(2, 1, List.of(1)));
    expect("pod-external.yaml", runs(1, 1, List.of(1)));
    expect("pod-external-immediate.yaml", runs(1, 1, List.of(1)));
    expect("pod-inline.yaml", runs(1, 1, List.of(1, 0)));
    expect("pod-inline-any-memory.yaml", runs(1, 1, List.of(1)));
    expect(
        "pod-inline-different-gpus.yaml",
        runs(1, 2, List.of(1, 1)).andThen((cluster, _) -> useDifferentGpus(cluster, 2)));
    expect("pod-inline-eight-gpus.yaml", Topology.EIGHT_GPUS, runs(1, 1, List.of(8)));
    expect("pod-inline-immediate.yaml", runs(1, 1, List.of(1)));
    expect("pod-inline-multiple.yaml", runs(1, 2, List.of(1, 1)));
    expect("pod-inline-multiple-immediate.yaml", runs(1, 2, List.of(1, 1)));
    expect("pod-inline-several-containers.yaml", runs(1, 1, List.of(1, 1)));
    expect(
        "pod-inline-too-big.yaml",
        (cluster, _) ->
            assertThat(cluster.awaitWarning(onlyPod(cluster), "NoSuitableNode"))
                .contains("asked for 100000 MiB, largest free 14248 MiB"));
    expect(
        "pod-inline-too-big-immediate.yaml",
        (cluster, _) ->
            assertThat(cluster.awaitWarning(onlyClaim(cluster), "NoSuitableNode"))
                .contains("asked for 100000 MiB, largest free 14248 MiB"));
    expect("pod-inline-two-gpus.yaml", runs(1, 1, List.of(2)));
    expect("pod-inline-vf.yaml", Topology.TWO_VF_HOSTS_I915, seesCards(1));
    expect("pod-inline-vf-and-gpu.yaml", Topology.TWO_VF_HOSTS_I915, seesCards(2));
    expect("pod-inline-vf-different-sizes.yaml", Topology.TWO_VF_HOSTS_I915, seesCards(2));
    expect("pod-inline-vf-eight.yaml", Topology.TWO_VF_HOSTS_I915, seesCards(8));
    expect("pods-shared-claim.yaml", runs(2, 1, List.of(1)));
    expect("pods-shared-claim-immediate.yaml", runs(2, 1, List.of(1)));
    // there are four GPUs, so two of the five pods share one
    expect("pods-shared-gpu.yaml", runs(5, 5, List.of(1)));
  }

  /**
   * Expects that all pods run with that many claims in total, and that every container sees exactly
   * the devices of its claims.
   *
   * @param gpus how many each container of a pod sees
   */
  private static BiConsumer<RealCluster, Topology> runs(int pods, int claims, List<Integer> gpus) {
    return (cluster, topology) -> {
      cluster.eventually(
          pods + " pods run",
          () ->
              assertThat(cluster.pods())
                  .hasSize(pods)
                  .allSatisfy(pod -> assertThat(pod.getStatus().getPhase()).isEqualTo("Running")));
      assertThat(cluster.claims()).hasSize(claims);
      for (Pod pod : cluster.pods()) {
        var seen = new ArrayList<Integer>();
        for (var container : pod.getSpec().getContainers()) {
          SeenDevices.awaitThoseOf(cluster, topology, pod, container);
          seen.add(SeenDevices.in(cluster, pod, container).size());
        }
        assertThat(seen).as("GPUs in each container").isEqualTo(gpus);
      }
    };
  }

  /**
   * Expects that the only container of the only pod sees that many cards. It also works for VFs,
   * whose numbers are not predictable.
   */
  private static BiConsumer<RealCluster, Topology> seesCards(int count) {
    return (cluster, _) -> {
      Pod pod = onlyPod(cluster);
      cluster.awaitRunning(pod.getMetadata().getName());
      cluster.eventually(
          "it sees " + count + " cards",
          () ->
              assertThat(SeenDevices.in(cluster, pod, pod.getSpec().getContainers().getFirst()))
                  .hasSize(count));
    };
  }

  private static void staysUnallocated(RealCluster cluster, Topology topology) {
    cluster.stays(
        "it stays unallocated",
        () -> !cluster.isAllocated(onlyClaim(cluster).getMetadata().getName()));
    assertThat(cluster.claimUidsInAnyGas()).isEmpty();
  }

  private static void isFlex170(RealCluster cluster, Topology topology) {
    assertThat(cluster.devicesOf(onlyClaim(cluster)))
        .singleElement()
        .asString()
        .endsWith(RealCluster.FLEX_170);
  }

  private static void useDifferentGpus(RealCluster cluster, int count) {
    var devices = new TreeSet<String>();
    cluster.claims().forEach(claim -> devices.addAll(cluster.devicesOf(claim)));
    assertThat(devices).hasSize(count);
  }

  private static Pod onlyPod(RealCluster cluster) {
    assertThat(cluster.pods()).hasSize(1);
    return cluster.pods().getFirst();
  }

  private static ResourceClaim onlyClaim(RealCluster cluster) {
    cluster.eventually("the claim is there", () -> assertThat(cluster.claims()).hasSize(1));
    return cluster.claims().getFirst();
  }
}
