package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.ofClaim;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.classic.TestingObjects;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The requests that the controller sends to the API server when nothing goes wrong. */
class OrdinaryPathTest {

  private static final String FINALIZER = "updateFinalizers ResourceClaim ";
  private static final String GAS = "patch GpuAllocationState node0";
  private static final String STATUS = "updateStatus ResourceClaim ";

  private static World world(long seed) {
    World world = World.ofOrder(seed, Policy.DEFAULT, List.of(List.of(1000)));
    world.settle();
    world.controller().api.requests().clear();
    return world;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aPodWithOneClaimCostsThreeWritesAndNoRead(long seed) {
    World world = world(seed);
    world.cluster.created(claim("c"));
    world.cluster.created(pod("p", ofClaim("gpu", "c")));
    world.settle();

    assertThat(Pods.isBound(world.read(Pod.class, "p").orElseThrow())).isTrue();
    assertThat(world.controller().api.requests())
        .containsExactly(FINALIZER + "c", GAS, STATUS + "c");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theClaimsOfAPodShareTheWriteOfTheGas(long seed) {
    World world = world(seed);
    world.cluster.created(claim("c1"));
    world.cluster.created(claim("c2"));
    world.cluster.created(pod("p", ofClaim("one", "c1"), ofClaim("two", "c2")));
    world.settle();

    assertThat(Pods.isBound(world.read(Pod.class, "p").orElseThrow())).isTrue();
    assertThat(world.controller().api.requests())
        .containsExactlyInAnyOrder(
            // the scheduler asks first, because it cannot know that one node suits both claims
            "updateStatus PodSchedulingContext p",
            FINALIZER + "c1",
            FINALIZER + "c2",
            GAS,
            STATUS + "c1",
            STATUS + "c2");
  }

  @Test
  void anImmediateClaimCostsThreeWritesAndNoRead() {
    World world = world(1);
    world.cluster.created(TestingObjects.immediate(claim("c")));
    world.settle();

    assertThat(world.controller().api.requests())
        .containsExactly(FINALIZER + "c", GAS, STATUS + "c");
  }

  @Test
  void aClaimThatVanishesCostsTwoWritesAndNoRead() {
    World world = world(1);
    ResourceClaim claim = world.cluster.created(TestingObjects.immediate(claim("c")));
    world.settle();
    world.controller().api.requests().clear();

    world.cluster.delete(claim);
    world.settle();

    assertThat(world.read(ResourceClaim.class, "c")).isEmpty();
    assertThat(world.controller().api.requests()).containsExactly(FINALIZER + "c", GAS);
  }

  @Test
  void aClaimThatIsDeallocatedAndStaysCostsThreeWritesAndNoRead() {
    World world = world(1);
    world.cluster.created(claim("c"));
    Pod pod = world.cluster.created(pod("p", ofClaim("gpu", "c")));
    world.settle();
    world.controller().api.requests().clear();

    world.cluster.delete(pod);
    world.settle();

    assertThat(world.controller().api.requests())
        .containsExactly(STATUS + "c", GAS, FINALIZER + "c");
    world.checkAtRest();
  }

  @Test
  void whenNothingChangesNothingIsWritten() {
    World world = world(1);
    world.cluster.created(claim("c"));
    world.cluster.created(pod("p", ofClaim("gpu", "c")));
    world.settle();
    world.controller().api.requests().clear();

    world.controller().informers().forEach(FakeInformer::replay);
    world.settle();
    world.controller().sweep();
    world.settle();
    world.restart();
    world.settle();

    assertThat(world.controller().api.requests()).isEmpty();
  }
}
