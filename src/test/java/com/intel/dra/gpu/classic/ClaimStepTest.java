package com.intel.dra.gpu.classic;

import static com.intel.dra.gpu.classic.TestingObjects.allocated;
import static com.intel.dra.gpu.classic.TestingObjects.beingDeleted;
import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.deallocationRequested;
import static com.intel.dra.gpu.classic.TestingObjects.device;
import static com.intel.dra.gpu.classic.TestingObjects.immediate;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static com.intel.dra.gpu.classic.TestingObjects.reservedFor;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClaimStepTest {

  private static final ResourceClaim ALLOCATED = allocated(claim("c"), "node1", device(1, 512));

  @Test
  void aNewClaimWaitsForItsFirstConsumer() {
    assertThat(ClaimStep.of(claim("c"))).isEqualTo(new ClaimStep.Rest());
  }

  @Test
  void aNewImmediateClaimIsAllocatedNow() {
    assertThat(ClaimStep.of(immediate(claim("c")))).isEqualTo(new ClaimStep.AllocateNow());
  }

  @Test
  void anAllocatedClaimStaysOnRecordInBothModes() {
    assertThat(ClaimStep.of(ALLOCATED)).isEqualTo(keepOnRecord(ALLOCATED));
    assertThat(ClaimStep.of(immediate(ALLOCATED))).isEqualTo(keepOnRecord(ALLOCATED));
  }

  @Test
  void aClaimOfAnotherDriverIsNoneOfOurs() {
    ResourceClaim theirs =
        new ResourceClaimBuilder(ALLOCATED)
            .editMetadata()
            .withFinalizers("other/finalizer")
            .endMetadata()
            .editStatus()
            .withDriverName("other")
            .endStatus()
            .build();

    assertThat(ClaimStep.of(theirs)).isEqualTo(new ClaimStep.Rest());
    assertThat(ClaimStep.of(beingDeleted(theirs))).isEqualTo(new ClaimStep.Rest());
    assertThat(ClaimStep.of(deallocationRequested(theirs))).isEqualTo(new ClaimStep.Rest());
  }

  @Test
  void anAllocationThatNamesNoNodeCannotBeKept() {
    ResourceClaim nowhere =
        new ResourceClaimBuilder(ALLOCATED)
            .editStatus()
            .editAllocation()
            .withAvailableOnNodes(null)
            .endAllocation()
            .endStatus()
            .build();

    assertThat(ClaimStep.of(nowhere)).isEqualTo(new ClaimStep.Rest());
  }

  static Stream<UnaryOperator<ResourceClaim>> waysNotToBeWanted() {
    return Stream.of(TestingObjects::beingDeleted, TestingObjects::deallocationRequested);
  }

  @ParameterizedTest
  @MethodSource("waysNotToBeWanted")
  void anUnwantedClaimIsReleased(UnaryOperator<ResourceClaim> unwanted) {
    assertThat(ClaimStep.of(unwanted.apply(ALLOCATED))).isEqualTo(new ClaimStep.Release());
  }

  @ParameterizedTest
  @MethodSource("waysNotToBeWanted")
  void anUnwantedClaimIsKeptOnRecordWhileAPodUsesIt(UnaryOperator<ResourceClaim> unwanted) {
    ResourceClaim used = unwanted.apply(reservedFor(ALLOCATED, pod("p")));

    assertThat(ClaimStep.of(used)).isEqualTo(keepOnRecord(used));
  }

  @ParameterizedTest
  @MethodSource("waysNotToBeWanted")
  void anUnwantedClaimIsReleasedIfOnlyTheFinalizerIsLeft(UnaryOperator<ResourceClaim> unwanted) {
    assertThat(ClaimStep.of(unwanted.apply(Claims.withFinalizer(claim("c")))))
        .isEqualTo(new ClaimStep.Release());
  }

  @ParameterizedTest
  @MethodSource("waysNotToBeWanted")
  void anUnwantedClaimIsReleasedIfTheFinalizerWasTakenAway(UnaryOperator<ResourceClaim> unwanted) {
    assertThat(ClaimStep.of(unwanted.apply(Claims.withoutFinalizer(ALLOCATED))))
        .isEqualTo(new ClaimStep.Release());
  }

  @ParameterizedTest
  @MethodSource("waysNotToBeWanted")
  void anUnwantedClaimThatHoldsNothingIsLeftAlone(UnaryOperator<ResourceClaim> unwanted) {
    assertThat(ClaimStep.of(unwanted.apply(claim("c")))).isEqualTo(new ClaimStep.Rest());
    assertThat(ClaimStep.of(unwanted.apply(immediate(claim("c"))))).isEqualTo(new ClaimStep.Rest());
  }

  private static ClaimStep keepOnRecord(ResourceClaim claim) {
    return new ClaimStep.KeepOnRecord("node1", Claims.allocation(claim).orElseThrow());
  }
}
