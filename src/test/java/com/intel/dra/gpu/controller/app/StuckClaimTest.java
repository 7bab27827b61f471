package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.ofClaim;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A claim that nobody can change, because an admission webhook refuses it or does not answer. */
class StuckClaimTest {

  private final FakeCluster cluster = new FakeCluster();
  private final TestingNode node = new TestingNode(cluster, "node0", List.of(1000, 1000));
  private final ControllerProcess controller = new ControllerProcess(cluster, Policy.DEFAULT);

  @Test
  void theOtherRecordsOfItsNodeAreCorrected() {
    List<AllocatedDevice> devices =
        node.allocatable().keySet().stream()
            .map(uid -> new AllocatedDevice(1000, "", "", "gpu", uid))
            .toList();
    node.act();
    ResourceClaim stuck = cluster.created(Claims.withFinalizer(claim("stuck")));
    controller.api.refuse("updateFinalizers ResourceClaim stuck"::equals);
    controller.starts().forEach(Runnable::run);
    hearAll();
    ResourceClaim held = cluster.created(Claims.withFinalizer(claim("held")));
    cluster.edit(
        held,
        known ->
            Claims.allocated(
                known,
                AllocationResults.of(node.name(), List.of(devices.getFirst())),
                Optional.empty()));
    var last = new ClaimAllocation(List.of(devices.getLast()), "");
    record(Map.of(Claims.uid(stuck), last, "uid of a claim that is gone", last));

    hearAll();

    assertThat(node.gas().orElseThrow().getSpec().resourceClaimAllocations())
        .containsOnlyKeys(Claims.uid(held), Claims.uid(stuck));
  }

  /**
   * The API server answers 500 if it cannot call a webhook, and the client gets no answer if the
   * webhook takes too long.
   */
  @ParameterizedTest
  @CsvSource({
    "updateFinalizers, 403",
    "updateFinalizers, 500",
    "updateFinalizers, 503",
    "updateFinalizers, 0",
    "read, 500",
    "read, 0"
  })
  void theOtherStaleRecordsOfItsNodeAreDropped(String verb, int code) {
    List<String> names = names("claim", 40);
    controller.api.refuse((verb + " ResourceClaim claim00020")::equals, code);
    recordStale(names);

    settle(100);

    assertThat(recorded()).containsExactly(uid("claim00020"));
  }

  @Test
  void thoseAfterVeryManySuchClaimsAreDropped() {
    controller.api.refuse(request -> request.startsWith("updateFinalizers ResourceClaim stuck"));
    recordStale(names("stuck", 300));
    ResourceClaim later = cluster.created(Claims.withFinalizer(claim("zzz")));
    cluster.created(pod("of-zzz", ofClaim("zzz", "zzz")));
    var all = new HashMap<>(node.gas().orElseThrow().getSpec().resourceClaimAllocations());
    all.put(Claims.uid(later), new ClaimAllocation(List.of(), ""));
    record(all);

    settle(100);

    assertThat(recorded()).hasSize(300).doesNotContain(Claims.uid(later));
  }

  @Test
  void itIsDroppedWhenItCanBeChanged() {
    controller.api.refuse("updateFinalizers ResourceClaim claim00001"::equals, 500);
    recordStale(names("claim", 3));
    settle(20);
    assertThat(recorded()).hasSize(1);

    controller.api.refuse(_ -> false);
    settle(20);

    assertThat(recorded()).isEmpty();
  }

  private static List<String> names(String prefix, int claims) {
    return IntStream.range(0, claims).mapToObj(i -> prefix + "%05d".formatted(i)).toList();
  }

  /** Pods wait for the claims, so that only the audit lets go of them. */
  private void recordStale(List<String> names) {
    node.act();
    var stale = new HashMap<String, ClaimAllocation>();
    for (String name : names) {
      ResourceClaim made = cluster.created(Claims.withFinalizer(claim(name)));
      cluster.created(pod("of-" + name, ofClaim(name, name)));
      stale.put(Claims.uid(made), new ClaimAllocation(List.of(), ""));
    }
    record(stale);
    controller.starts().forEach(Runnable::run);
  }

  private void settle(int alarms) {
    hearAll();
    for (int i = 0; i < alarms && controller.clock.passToNextAlarm(); i++) {
      hearAll();
    }
  }

  private String uid(String name) {
    return Claims.uid(
        cluster
            .list(ResourceClaim.class)
            .filter(claim -> claim.getMetadata().getName().equals(name))
            .findFirst()
            .orElseThrow());
  }

  private Set<String> recorded() {
    return node.gas().orElseThrow().getSpec().resourceClaimAllocations().keySet();
  }

  private void record(Map<String, ClaimAllocation> allocations) {
    cluster.edit(
        node.gas().orElseThrow(),
        known -> {
          var changed = new GpuAllocationState();
          changed.setMetadata(known.getMetadata());
          changed.setStatus(known.getStatus());
          changed.setSpec(
              new GpuAllocationStateSpec(known.getSpec().allocatable(), Map.of(), allocations)
                  .summarised());
          return changed;
        });
  }

  private void hearAll() {
    controller.informers().forEach(FakeInformer::hearAll);
    controller.threads.runToTheEnd();
  }
}
