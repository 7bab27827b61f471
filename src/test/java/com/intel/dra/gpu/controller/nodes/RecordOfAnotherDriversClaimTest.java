package com.intel.dra.gpu.controller.nodes;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.device;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuAllocationStateSpec;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.app.World;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An attempt of ours was recorded; then another driver allocated the claim on the same node. */
class RecordOfAnotherDriversClaimTest {

  @Test
  void itIsDropped() {
    World world = World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000)));
    world.settle();
    ResourceClaim nic = world.cluster.created(claim("nic"));
    world.cluster.edit(
        nic,
        known ->
            new ResourceClaimBuilder(
                    Claims.allocated(
                        known, AllocationResults.of("node0", List.of()), Optional.empty()))
                .editStatus()
                .withDriverName("nic.example")
                .endStatus()
                .build());
    String uid = Claims.uid(world.read(ResourceClaim.class, "nic").orElseThrow());
    world.cluster.edit(
        world.nodes.getFirst().gas().orElseThrow(),
        known -> {
          var changed = new GpuAllocationState();
          changed.setMetadata(known.getMetadata());
          changed.setStatus(known.getStatus());
          changed.setSpec(
              new GpuAllocationStateSpec(
                      known.getSpec().allocatable(),
                      Map.of(),
                      Map.of(uid, new ClaimAllocation(List.of(device(0, 1000)), "")))
                  .summarised());
          return changed;
        });

    world.settle();

    assertThat(world.nodes.getFirst().gas().orElseThrow().getSpec().resourceClaimAllocations())
        .isEmpty();
  }
}
