package com.intel.dra.gpu.classic;

import static com.intel.dra.gpu.classic.TestingObjects.allocated;
import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.controlledBy;
import static com.intel.dra.gpu.classic.TestingObjects.deallocationRequested;
import static com.intel.dra.gpu.classic.TestingObjects.device;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static com.intel.dra.gpu.classic.TestingObjects.reservedFor;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.api.GpuApi;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClaimsTest {

  private static final AllocationResult RESULT =
      AllocationResults.of("node1", List.of(device(1, 512)));

  @Test
  void theFinalizerIsAddedAndRemovedBesideOthers() {
    ResourceClaim held =
        new ResourceClaimBuilder(claim("c"))
            .editMetadata()
            .withFinalizers("someone/else")
            .endMetadata()
            .build();

    ResourceClaim ours = Claims.withFinalizer(held);
    ResourceClaim theirsAgain = Claims.withoutFinalizer(ours);

    assertThat(ours.getMetadata().getFinalizers())
        .containsExactly("someone/else", GpuApi.CLAIM_FINALIZER);
    assertThat(Claims.hasFinalizer(ours)).isTrue();
    assertThat(theirsAgain).isEqualTo(held);
    assertThat(Claims.hasFinalizer(theirsAgain)).isFalse();
    assertThat(Claims.hasOtherFinalizers(theirsAgain)).isTrue();
    assertThat(Claims.hasOtherFinalizers(Claims.withFinalizer(claim("c")))).isFalse();
  }

  @Test
  void changesAreMadeOnCopies() {
    ResourceClaim claim = claim("c");

    Claims.withFinalizer(claim);
    Claims.allocated(claim, RESULT, Optional.of(pod("p").getMetadata()));

    assertThat(claim).isEqualTo(claim("c"));
  }

  @Test
  void anAllocationReservesTheClaimForItsConsumerInTheSameWrite() {
    ResourceClaim allocated =
        Claims.allocated(claim("c"), RESULT, Optional.of(pod("p").getMetadata()));

    assertThat(Claims.isAllocatedByUs(allocated)).isTrue();
    assertThat(Claims.allocation(allocated)).contains(RESULT);
    assertThat(allocated.getStatus().getReservedFor())
        .singleElement()
        .satisfies(
            consumer -> {
              assertThat(consumer.getResource()).isEqualTo("pods");
              assertThat(consumer.getName()).isEqualTo("p");
              assertThat(consumer.getUid()).isEqualTo("uid-of-p");
              assertThat(consumer.getApiGroup()).isNull();
            });
  }

  @Test
  void anImmediateAllocationReservesNothing() {
    assertThat(Claims.isReserved(Claims.allocated(claim("c"), RESULT, Optional.empty()))).isFalse();
  }

  @Test
  void aDeallocatedClaimIsAsOpenAsANewOne() {
    ResourceClaim deallocated =
        Claims.deallocated(deallocationRequested(allocated(claim("c"), "node1", device(1, 512))));

    assertThat(Claims.allocation(deallocated)).isEmpty();
    assertThat(Claims.isAllocatedByUs(deallocated)).isFalse();
    assertThat(Claims.isDeallocationRequested(deallocated)).isFalse();
    assertThat(deallocated.getStatus().getDriverName()).isNull();
  }

  @Test
  void aClaimIsControlledByItsPodAloneAndNotByAPodOfTheSameName() {
    Pod pod = pod("p");
    Pod again = pod("p");
    again.getMetadata().setUid("another");
    ResourceClaim generated =
        new ResourceClaimBuilder(claim("c"))
            .editMetadata()
            .withOwnerReferences(controlledBy(pod))
            .endMetadata()
            .build();
    ResourceClaim ownedOnly =
        new ResourceClaimBuilder(claim("c"))
            .editMetadata()
            .withOwnerReferences(
                new OwnerReferenceBuilder(controlledBy(pod)).withController(null).build())
            .endMetadata()
            .build();

    assertThat(Claims.isControlledBy(generated, pod.getMetadata())).isTrue();
    assertThat(Claims.isControlledBy(generated, again.getMetadata())).isFalse();
    assertThat(Claims.isControlledBy(ownedOnly, pod.getMetadata())).isFalse();
    assertThat(Claims.isControlledBy(claim("c"), pod.getMetadata())).isFalse();
    assertThat(Claims.ownerUid(generated)).isEqualTo("uid-of-p");
    assertThat(Claims.ownerUid(claim("c"))).isEmpty();
  }

  @Test
  void aClaimWithoutStatusIsNeitherAllocatedNorReservedNorUnwanted() {
    ResourceClaim fresh = claim("c");

    assertThat(Claims.allocation(fresh)).isEmpty();
    assertThat(Claims.isReserved(fresh)).isFalse();
    assertThat(Claims.isDeallocationRequested(fresh)).isFalse();
    assertThat(Claims.isBeingDeleted(fresh)).isFalse();
    assertThat(Claims.isReserved(reservedFor(fresh, pod("p")))).isTrue();
  }
}
