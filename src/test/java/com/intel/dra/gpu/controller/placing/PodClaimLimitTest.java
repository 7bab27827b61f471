package com.intel.dra.gpu.controller.placing;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.claimParameters;
import static com.intel.dra.gpu.classic.TestingObjects.controlledBy;
import static com.intel.dra.gpu.classic.TestingObjects.device;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static com.intel.dra.gpu.classic.TestingObjects.ofClaim;
import static com.intel.dra.gpu.classic.TestingObjects.ofTemplate;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static com.intel.dra.gpu.classic.TestingObjects.resourceClass;
import static com.intel.dra.gpu.classic.TestingObjects.withParameters;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Allocator;
import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.allocate.AllocationPipeline;
import com.intel.dra.gpu.controller.app.Pods;
import com.intel.dra.gpu.controller.app.TestingClaimController;
import com.intel.dra.gpu.controller.app.World;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClassBuilder;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The claims of one pod are handled together: one claim affects the others, and their number has a
 * limit.
 */
class PodClaimLimitTest {

  private static final String OTHER_CLASS = "nic";

  private static World world(List<List<Integer>> gpuMiB) {
    World world = World.ofOrder(1, Policy.DEFAULT, gpuMiB);
    world.settle();
    return world;
  }

  private static ResourceClass classOfAnotherDriver() {
    return new ResourceClassBuilder(resourceClass())
        .editMetadata()
        .withName(OTHER_CLASS)
        .withUid("uid-nic")
        .endMetadata()
        .withDriverName("nic.example")
        .build();
  }

  private static ResourceClaim ofAnotherDriver(ResourceClaim claim) {
    return new ResourceClaimBuilder(claim)
        .editSpec()
        .withResourceClassName(OTHER_CLASS)
        .endSpec()
        .build();
  }

  private static ResourceClaim ofThePod(Pod pod, ResourceClaim claim) {
    return new ResourceClaimBuilder(claim)
        .editMetadata()
        .withOwnerReferences(controlledBy(pod))
        .endMetadata()
        .build();
  }

  private static Pod podWithClaims(World world, String name, int claims) {
    IntStream.range(0, claims)
        .forEach(number -> world.cluster.created(claim("%s-%03d".formatted(name, number))));
    return world.cluster.created(
        pod(
            name,
            IntStream.range(0, claims)
                .mapToObj(number -> ofClaim("c" + number, "%s-%03d".formatted(name, number)))
                .toArray(PodResourceClaim[]::new)));
  }

  private static void sweep(World world) {
    world.controller().sweep();
    world.settle();
  }

  private static boolean isBound(World world, String pod) {
    return Pods.isBound(world.read(Pod.class, pod).orElseThrow());
  }

  private static List<String> told(World world, String reason) {
    return world
        .cluster
        .list(Event.class)
        .filter(event -> event.getReason().equals(reason))
        .map(event -> event.getInvolvedObject().getKind() + ": " + event.getMessage())
        .toList();
  }

  private static Optional<String> nodeOf(ResourceClaim claim) {
    return Claims.allocation(claim).flatMap(AllocationResults::node);
  }

  @Test
  void anAllocatedClaimOfAnotherDriverNeedsNoClassAnyMore() {
    World world = world(List.of(List.of(1000)));
    ResourceClaim nic = world.cluster.created(ofAnotherDriver(immediate(claim("nic"))));
    world.cluster.edit(
        nic,
        known ->
            new ResourceClaimBuilder(
                    Claims.allocated(
                        known,
                        AllocationResults.of("node0", List.of(device(0, 1))),
                        Optional.empty()))
                .editStatus()
                .withDriverName("nic.example")
                .endStatus()
                .build());
    world.cluster.created(claim("gpu"));
    world.cluster.created(pod("p", ofClaim("n", "nic"), ofClaim("g", "gpu")));
    world.settle();

    assertThat(isBound(world, "p")).isTrue();
  }

  @Test
  void anAllocatedClaimOfThisDriverNeedsNoClassAnyMore() {
    World world = world(List.of(List.of(1000)));
    ResourceClass gone =
        new ResourceClassBuilder(resourceClass())
            .editMetadata()
            .withName("gone")
            .withUid("uid-gone")
            .endMetadata()
            .build();
    world.cluster.created(gone);
    world.cluster.created(
        new ResourceClaimBuilder(immediate(claim("old")))
            .editSpec()
            .withResourceClassName("gone")
            .endSpec()
            .build());
    world.settle();
    world.cluster.delete(gone);
    world.cluster.created(claim("gpu"));
    world.cluster.created(pod("p", ofClaim("o", "old"), ofClaim("g", "gpu")));
    world.settle();

    assertThat(isBound(world, "p")).isTrue();
  }

  @Test
  void aClaimThatWaitsForThePodNeedsItsClass() {
    World world = world(List.of(List.of(1000)));
    world.cluster.created(ofAnotherDriver(claim("nic")));
    world.cluster.created(claim("gpu"));
    world.cluster.created(pod("p", ofClaim("n", "nic"), ofClaim("g", "gpu")));
    world.settle();

    assertThat(Claims.allocation(world.read(ResourceClaim.class, "gpu").orElseThrow())).isEmpty();
  }

  /** The smaller node fits only the small claim; the larger one fits both, but later. */
  @Test
  void immediateClaimsOfOnePodWaitForTheParametersOfEach() {
    World world = world(List.of(List.of(1000), List.of(1600)));
    world.cluster.created(claimParameters("small", 1, 300, "gpu"));
    world.cluster.created(claimParameters("other", 1, 900, "gpu"));
    world.cluster.created(claimParameters("pinned", 1, 1100, "gpu"));
    ResourceClaim other =
        world.cluster.created(immediate(withParameters(claim("other"), "pinned")));
    world.settle();
    assertThat(nodeOf(world.read(ResourceClaim.class, "other").orElseThrow())).contains("node1");
    world.cluster.created(
        pod(
            "p",
            ofTemplate("a", TestingClaimController.template("small", true)),
            ofTemplate("b", TestingClaimController.template("large", true))));
    world.settle();
    sweep(world);

    assertThat(told(world, "WaitsForOtherClaim"))
        .singleElement()
        .asString()
        .contains("waits for p-b-", "its parameters cannot be used");
    assertThat(told(world, "ClaimParametersNotFound")).isNotEmpty();

    world.cluster.created(claimParameters("large", 1, 1200, "gpu"));
    world.settle();
    world.cluster.delete(other);
    world.settle();
    sweep(world);

    assertThat(world.read(Pod.class, "p").map(now -> now.getSpec().getNodeName()))
        .contains("node1");
    world.checkAtRest();
  }

  @Test
  void immediateClaimsOfOnePodWaitUntilItIsKnownWhoseTheOthersAre() {
    World world = world(List.of(List.of(1000)));
    Pod pod =
        world.cluster.created(
            new PodBuilder(pod("p", ofTemplate("a", "x"), ofTemplate("b", "x")))
                .withNewStatus()
                .addNewResourceClaimStatus("a", "p-a")
                .addNewResourceClaimStatus("b", "p-b")
                .endStatus()
                .build());
    world.cluster.created(ofThePod(pod, immediate(claim("p-a"))));
    world.cluster.created(ofThePod(pod, ofAnotherDriver(immediate(claim("p-b")))));
    world.settle();
    assertThat(nodeOf(world.read(ResourceClaim.class, "p-a").orElseThrow())).isEmpty();
    assertThat(told(world, "WaitsForOtherClaim"))
        .singleElement()
        .asString()
        .contains("p-b (its ResourceClass does not exist)");

    world.cluster.created(classOfAnotherDriver());
    world.settle();
    assertThat(nodeOf(world.read(ResourceClaim.class, "p-a").orElseThrow())).contains("node0");
  }

  @Test
  void asManyWritesOfClaimsGoOnAtATimeAsAFixedNumber() {
    World world = world(List.of(List.of(1000)));
    podWithClaims(world, "p", 60);
    world.settle();

    assertThat(isBound(world, "p")).isTrue();
    assertThat(world.controller().api.mostClaimWritesAtATime())
        .isBetween(2, AllocationPipeline.WRITES_AT_A_TIME);
  }

  @Test
  void aPodMayHaveAsManyClaimsAsTheLimitSays() {
    World world = world(List.of(List.of(1000)));
    podWithClaims(world, "p", Allocator.MAX_REQUESTS);
    world.settle();

    assertThat(isBound(world, "p")).isTrue();
    assertThat(told(world, "TooManyClaims")).isEmpty();
  }

  @Test
  void aPodWithMoreClaimsIsToldSoAndGetsNone() {
    World world = world(List.of(List.of(1000)));
    podWithClaims(world, "p", Allocator.MAX_REQUESTS + 1);
    world.settle();
    sweep(world);

    assertThat(told(world, "TooManyClaims"))
        .containsExactly(
            "Pod: spec.resourceClaims of pod p has 129 claims of this driver that are not "
                + "allocated, at most 128 are allocated for one pod; use fewer claims, each with a "
                + "higher count, or several pods");
    assertThat(world.cluster.list(ResourceClaim.class).filter(Claims::hasFinalizer)).isEmpty();
  }

  @Test
  void aPodWithMoreImmediateClaimsIsToldSoAndGetsNone() {
    World world = world(List.of(List.of(1000)));
    world.cluster.created(claimParameters("any", 1, null, "gpu"));
    world.cluster.created(
        pod(
            "p",
            IntStream.rangeClosed(0, Allocator.MAX_REQUESTS)
                .mapToObj(
                    number ->
                        ofTemplate("c" + number, TestingClaimController.template("any", true)))
                .toArray(PodResourceClaim[]::new)));
    world.settle();
    sweep(world);

    assertThat(told(world, "TooManyClaims"))
        .singleElement()
        .asString()
        .contains("Pod: spec.resourceClaims of pod p has 129 claims", "at most 128");
    assertThat(world.cluster.list(ResourceClaim.class).filter(Claims::hasFinalizer)).isEmpty();
  }
}
