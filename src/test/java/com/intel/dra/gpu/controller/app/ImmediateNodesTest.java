package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimStatus;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that seem free, and that are not when an immediate claim is written to their records. */
class ImmediateNodesTest {

  private static final int NODES = 10;
  private static final int MOST_IN_ONE_LOOK = 8;
  private static final String WRITE = "patch GpuAllocationState ";

  private final World world =
      World.ofOrder(1, Policy.FIRST, Collections.nCopies(NODES, List.of(16_384)));

  /** The controller is told of the claim, and not yet of what has become of the nodes. */
  private void claimComesWhenOnlyTheLastNodesAreReady(int ready) {
    world.settle();
    world.nodes.subList(0, NODES - ready).forEach(node -> node.become(false));
    world.nodes.forEach(
        node -> {
          while (node.act()) {}
        });
    world.controller().api.requests().clear();
    world.cluster.created(immediate(claim("c")));
    world.controller().claims.hearAll();
  }

  private void look() {
    world.controller().threads.runToTheEnd();
  }

  private List<String> nodesTried() {
    return world.controller().api.requests().stream()
        .filter(request -> request.startsWith(WRITE))
        .map(request -> request.substring(WRITE.length()))
        .toList();
  }

  private boolean isAllocated() {
    return world
        .read(ResourceClaim.class, "c")
        .map(ResourceClaim::getStatus)
        .map(ResourceClaimStatus::getAllocation)
        .isPresent();
  }

  @Test
  void theNextBestNodeIsTriedInTheSameLook() {
    claimComesWhenOnlyTheLastNodesAreReady(NODES - 3);
    look();

    assertThat(nodesTried()).startsWith("node0", "node1", "node2", "node3").hasSize(4);
    assertThat(isAllocated()).isTrue();
  }

  /** A look must end; the next one begins when the informer shows what has become of the nodes. */
  @Test
  void oneLookTriesEightNodesAndTheNextOneGoesOn() {
    claimComesWhenOnlyTheLastNodesAreReady(1);
    look();

    assertThat(nodesTried().subList(0, MOST_IN_ONE_LOOK)).doesNotHaveDuplicates();
    assertThat(nodesTried())
        .as("another look begins anew")
        .doesNotContain("node8", "node9")
        .hasSize(2 * MOST_IN_ONE_LOOK);
    assertThat(isAllocated()).isFalse();
    assertThat(world.cluster.list(Event.class)).as("nobody can do anything about it").isEmpty();

    world.settle();
    assertThat(isAllocated()).isTrue();
    assertThat(world.controller().failures()).isEmpty();
    world.checkAtRest();
  }
}
