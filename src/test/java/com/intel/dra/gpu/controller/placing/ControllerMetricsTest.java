package com.intel.dra.gpu.controller.placing;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.ofClaim;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.classic.TestingObjects;
import com.intel.dra.gpu.controller.app.Pods;
import com.intel.dra.gpu.controller.app.World;
import io.fabric8.kubernetes.api.model.Pod;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is counted and measured from a pod's request to its end. */
class ControllerMetricsTest {

  @Test
  void aPodThatGetsItsGpuAndEnds() {
    World world = world();
    world.cluster.created(claim("c"));
    world.cluster.created(pod("p", ofClaim("gpu", "c")));
    world.settle();
    assertThat(Pods.isBound(world.read(Pod.class, "p").orElseThrow())).isTrue();

    assertThat(
            count(
                world,
                "gpu.dra.allocations",
                "mode",
                "delayed",
                "type",
                "gpu",
                "result",
                "allocated"))
        .isEqualTo(1);
    assertThat(timer(world, "gpu.dra.allocation.latency", "mode", "delayed").count()).isEqualTo(1);
    for (String stage : List.of("finalizer", "record", "status")) {
      assertThat(timer(world, "gpu.dra.allocation.stage.duration", "stage", stage).count())
          .as(stage)
          .isEqualTo(1);
    }

    world.cluster.delete(world.read(Pod.class, "p").orElseThrow());
    world.settle();

    assertThat(
            count(
                world,
                "gpu.dra.deallocations",
                "mode",
                "delayed",
                "type",
                "gpu",
                "result",
                "deallocated"))
        .isEqualTo(1);
  }

  @Test
  void aPodForWhichThereIsNoRoom() {
    World world = world();
    world.cluster.created(TestingObjects.claimParameters("big", 1, 2000, "gpu"));
    world.cluster.created(TestingObjects.withParameters(claim("c"), "big"));
    world.cluster.created(pod("p", ofClaim("gpu", "c")));
    world.settle();

    assertThat(count(world, "gpu.dra.unsuitable.nodes", "reason", "not_enough_memory"))
        .isPositive();
    assertThat(timer(world, "gpu.dra.allocation.latency", "mode", "delayed").count()).isZero();
  }

  private static World world() {
    World world = World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000)));
    world.settle();
    return world;
  }

  private static double count(World world, String name, String... tags) {
    return world.controller().meters.get(name).tags(tags).counter().count();
  }

  private static Timer timer(World world, String name, String... tags) {
    return world.controller().meters.get(name).tags(tags).timer();
  }
}
