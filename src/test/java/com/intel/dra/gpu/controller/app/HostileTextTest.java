package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.withParameters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A text that a user writes into a claim costs little, however long it is. */
class HostileTextTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void aClaimWithAMillionDigitsHoldsUpNobody() {
    World world = World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000)));
    world.settle();
    world.cluster.created(
        withParameters(claim("hostile"), GpuApi.GROUP, "7".repeat(1_000_000) + "x", "p"));
    assertTimeoutPreemptively(PATIENCE, world::settle);
    assertThat(world.cluster.list(Event.class))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getReason()).isEqualTo("InvalidClaimParametersReference");
              assertThat(event.getMessage()).hasSizeLessThanOrEqualTo(1024).contains("777...");
            });
    assertThat(world.read(ResourceClaim.class, "hostile"))
        .hasValueSatisfying(claim -> assertThat(Claims.allocation(claim)).isEmpty());
  }
}
