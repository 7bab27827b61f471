package com.intel.dra.gpu.controller.placing;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.controlledBy;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static com.intel.dra.gpu.classic.TestingObjects.ofTemplate;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.app.World;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The status of a pod says of one of its templates that no claim is made from it. */
class UnneededClaimTest {

  @Test
  void theOtherImmediateClaimsDoNotWaitForIt() {
    World world = World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000)));
    world.settle();
    Pod pod =
        world.cluster.created(
            new PodBuilder(pod("p", ofTemplate("a", "x"), ofTemplate("b", "x")))
                .withNewStatus()
                .addNewResourceClaimStatus("a", "p-a")
                .addNewResourceClaimStatus()
                .withName("b")
                .endResourceClaimStatus()
                .endStatus()
                .build());
    world.cluster.created(
        new ResourceClaimBuilder(immediate(claim("p-a")))
            .editMetadata()
            .withOwnerReferences(controlledBy(pod))
            .endMetadata()
            .build());
    world.settle();

    assertThat(Claims.allocation(world.read(ResourceClaim.class, "p-a").orElseThrow())).isPresent();
  }
}
