package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.context;
import static com.intel.dra.gpu.classic.TestingObjects.controlledBy;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static com.intel.dra.gpu.classic.TestingObjects.ofClaim;
import static com.intel.dra.gpu.classic.TestingObjects.ofTemplate;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static com.intel.dra.gpu.controller.app.Pods.bound;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A pod is deleted and made again under its name, as for a StatefulSet. The informer of the claims
 * shows those of the new pod while that of the pods still shows the old one.
 */
class RecreatedPodTest {

  private final World world = World.ofOrder(1, Policy.DEFAULT, List.of(List.of(1000)));

  @Test
  void itsImmediateClaimsWaitForEachOther() {
    world.settle();
    Pod old = world.cluster.created(pod("p", ofTemplate("a", "x"), ofTemplate("b", "x")));
    world.controller().pendingPods.hear();
    world.cluster.delete(old);
    Pod made = world.cluster.created(pod("p", ofTemplate("a", "x"), ofTemplate("b", "x")));

    makeClaim("p-a", made);
    assertThat(isAllocated("p-a")).as("before there is the other one").isFalse();

    makeClaim("p-b", made);
    assertThat(isAllocated("p-a")).isTrue();
    assertThat(isAllocated("p-b")).isTrue();
  }

  /**
   * Nothing is told of it to those that watch pods without a node.
   *
   * @param claimIsLast whether the context was looked at before there was the claim
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void itIsServedIfItWasBoundByHand(boolean claimIsLast) {
    world.settle();
    Pod old = world.cluster.created(pod("p", ofClaim("a", "another")));
    world.controller().pendingPods.hear();
    world.cluster.delete(old);
    Pod made = world.cluster.created(bound(pod("p", ofClaim("a", "c")), "node0"));
    world.cluster.created(context(made, "node0"));
    if (claimIsLast) {
      world.controller().schedulingContexts.hearAll();
      world.controller().threads.runToTheEnd();
    }
    world.cluster.created(claim("c"));
    world.controller().claims.hearAll();
    world.controller().schedulingContexts.hearAll();
    world.controller().threads.runToTheEnd();

    assertThat(isAllocated("c")).isTrue();
  }

  /** The controller is told of the claim, and not of what has become of the pod. */
  private void makeClaim(String name, Pod owner) {
    world.cluster.created(
        new ResourceClaimBuilder(immediate(claim(name)))
            .editMetadata()
            .withOwnerReferences(controlledBy(owner))
            .endMetadata()
            .build());
    world.controller().claims.hearAll();
    world.controller().threads.runToTheEnd();
  }

  private boolean isAllocated(String name) {
    return Claims.allocation(world.read(ResourceClaim.class, name).orElseThrow()).isPresent();
  }
}
