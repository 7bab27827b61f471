package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An attempt that failed after the node's record was written is repeated on another node. */
class RepeatedAttemptTest {

  private final World world =
      World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000), List.of(1000)));
  private final ControllerProcess controller = world.controller();

  @Test
  void theRecordOfTheFirstNodeIsDroppedAtOnce() {
    world.settle();
    controller.api.refuse("updateStatus ResourceClaim c"::equals);
    world.cluster.created(immediate(claim("c")));
    hearAll();
    String uid = Claims.uid(world.read(ResourceClaim.class, "c").orElseThrow());
    assertThat(recorded(0)).containsExactly(uid);

    world.nodes.getFirst().become(false);
    world.nodes.getFirst().act();
    hearAll();
    controller.api.refuse(_ -> false);
    while (!isAllocated()) {
      assertThat(controller.clock.passToNextAlarm()).isTrue();
      hearAll();
    }

    assertThat(recorded(1)).containsExactly(uid);
    assertThat(recorded(0)).isEmpty();
  }

  private boolean isAllocated() {
    return Claims.allocation(world.read(ResourceClaim.class, "c").orElseThrow())
        .flatMap(AllocationResults::node)
        .isPresent();
  }

  private Set<String> recorded(int node) {
    return world.nodes.get(node).gas().orElseThrow().getSpec().resourceClaimAllocations().keySet();
  }

  private void hearAll() {
    controller.informers().forEach(FakeInformer::hearAll);
    controller.threads.runToTheEnd();
  }
}
