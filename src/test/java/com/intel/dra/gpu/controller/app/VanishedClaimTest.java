package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A claim is gone when it is to be written. */
class VanishedClaimTest {

  private final World world = World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000)));
  private final ControllerProcess controller = world.controller();

  /** This is usual when the answer to the first request is lost: the client sends it again. */
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

  /**
   * Somebody has removed the finalizer by hand.
   *
   * @param isHeard whether the informer shows it before the attempt ends
   * @param isMadeAgain whether there is another claim of that name by then
   */
  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "true, true", "false, true"})
  void theDevicesOfOneThatVanishesWhileItIsAllocatedAreReleasedAtOnce(
      boolean isHeard, boolean isMadeAgain) {
    world.settle();
    ResourceClaim made = world.cluster.created(immediate(claim("c")));
    var recorded = new ArrayList<String>();
    controller.api.refuse(
        request -> {
          if (request.equals("updateStatus ResourceClaim c") && recorded.isEmpty()) {
            recorded().forEach(recorded::add);
            world.cluster.delete(made);
            world.cluster.edit(made, Claims::withoutFinalizer);
            if (isMadeAgain) {
              world.cluster.created(claim("c"));
            }
            if (isHeard) {
              controller.claims.hearAll();
            }
          }
          return false;
        });
    controller.claims.hearAll();
    controller.threads.runToTheEnd();
    controller.claims.hearAll();
    controller.threads.runToTheEnd();

    assertThat(recorded).containsExactly(Claims.uid(made));
    assertThat(recorded()).isEmpty();
  }

  private Iterable<String> recorded() {
    return world.nodes.getFirst().gas().orElseThrow().getSpec().resourceClaimAllocations().keySet();
  }
}
