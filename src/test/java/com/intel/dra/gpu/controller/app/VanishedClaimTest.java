package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A claim is gone when its finalizer is to be removed. This is usual when the answer to the first
 * request is lost: the client sends it again.
 */
class VanishedClaimTest {

  private final World world = World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000)));
  private final ControllerProcess controller = world.controller();

  @Test
  void itsDevicesAreReleasedAtOnce() {
    world.cluster.created(immediate(claim("c")));
    world.settle();
    ResourceClaim held = world.read(ResourceClaim.class, "c").orElseThrow();
    assertThat(recorded()).contains(Claims.uid(held));

    world.cluster.delete(held);
    controller.claims.hear();
    controller.threads.runToTheEnd();
    controller.clock.passToNextAlarm();
    controller.threads.goOn(0); // until the finalizer is about to be removed
    world.cluster.edit(held, Claims::withoutFinalizer);
    controller.claims.hear();
    while (controller.threads.ready() > 1) {
      controller.threads.goOn(1); // the audit, which leaves out what is being released
    }
    controller.threads.runToTheEnd();

    assertThat(recorded()).isEmpty();
  }

  private Iterable<String> recorded() {
    return world.nodes.getFirst().gas().orElseThrow().getSpec().resourceClaimAllocations().keySet();
  }
}
