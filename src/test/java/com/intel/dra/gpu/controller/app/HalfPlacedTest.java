package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.claimParameters;
import static com.intel.dra.gpu.classic.TestingObjects.controlledBy;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static com.intel.dra.gpu.classic.TestingObjects.ofTemplate;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static com.intel.dra.gpu.classic.TestingObjects.withParameters;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One of the immediate claims of a pod gets its status, the write of the other one fails. */
class HalfPlacedTest {

  private final World world = World.ofOrder(1, Policy.FIRST, List.of(List.of(1000), List.of(1000)));

  private static ResourceClaim ofThePod(Pod pod, String name) {
    return new ResourceClaimBuilder(immediate(withParameters(claim(name), "half")))
        .editMetadata()
        .withOwnerReferences(controlledBy(pod))
        .endMetadata()
        .build();
  }

  private Optional<String> nodeOf(String claim) {
    return world
        .read(ResourceClaim.class, claim)
        .flatMap(Claims::allocation)
        .flatMap(AllocationResults::node);
  }

  /** Only the controller acts, and no time passes. */
  private void controllerGoesOn(int steps) {
    ControllerProcess controller = world.controller();
    for (int step = 0; step < steps; step++) {
      var behind = controller.informers().stream().filter(FakeInformer::isBehind).findFirst();
      if (behind.isPresent()) {
        behind.get().hear();
      } else if (controller.threads.ready() > 0) {
        controller.threads.goOn(0);
      } else {
        return;
      }
    }
  }

  @Test
  void thePodGetsBothOnANodeThatHasRoomForBoth() {
    world.cluster.created(claimParameters("big", 1, 900, "gpu"));
    world.cluster.created(claimParameters("half", 1, 500, "gpu"));
    ResourceClaim big = world.cluster.created(immediate(withParameters(claim("big"), "big")));
    world.settle();
    assertThat(nodeOf("big")).contains("node0");

    world.controller().api.refuse("updateStatus ResourceClaim p-b"::equals);
    Pod pod =
        world.cluster.created(
            new PodBuilder(pod("p", ofTemplate("a", "x"), ofTemplate("b", "x")))
                .withNewStatus()
                .addNewResourceClaimStatus("a", "p-a")
                .addNewResourceClaimStatus("b", "p-b")
                .endStatus()
                .build());
    world.cluster.created(ofThePod(pod, "p-a"));
    world.cluster.created(ofThePod(pod, "p-b"));
    controllerGoesOn(1_000);
    assertThat(nodeOf("p-a")).contains("node1");
    assertThat(nodeOf("p-b")).isEmpty();

    // the audit drops what is on record for p-b, and another claim takes it
    world.cluster.created(immediate(withParameters(claim("c"), "half")));
    controllerGoesOn(5_000);
    world.controller().api.refuse(_ -> false);
    world.settle();
    world.cluster.delete(big); // node0 is empty now: room for p-a and p-b together
    world.settle();

    assertThat(nodeOf("p-b")).isPresent();
    assertThat(Pods.isBound(world.read(Pod.class, "p").orElseThrow())).isTrue();
  }
}
