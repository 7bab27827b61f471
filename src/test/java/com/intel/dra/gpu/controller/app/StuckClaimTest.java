package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A claim that nobody can change, because an admission webhook refuses it. */
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
    controller
        .informers()
        .forEach(
            informer -> {
              while (informer.isBehind()) {
                informer.hear();
              }
            });
    controller.threads.runToTheEnd();
  }
}
