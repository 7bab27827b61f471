package com.intel.dra.gpu.classic;

import com.intel.dra.gpu.api.GpuApi;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimConsumerReferenceBuilder;
import java.util.Optional;

/**
 * Queries about a ResourceClaim, and the changes that this driver makes to one; changes are made to
 * copies.
 */
public final class Claims {

  private static final String IMMEDIATE = "Immediate";

  private Claims() {}

  public static String uid(ResourceClaim claim) {
    return claim.getMetadata().getUid();
  }

  /** Whether the claim is allocated as soon as it is created, and not with its first consumer. */
  public static boolean isImmediate(ResourceClaim claim) {
    return IMMEDIATE.equals(claim.getSpec().getAllocationMode());
  }

  /** The allocation, no matter which driver made it. */
  public static Optional<AllocationResult> allocation(ResourceClaim claim) {
    return claim.getStatus() == null
        ? Optional.empty()
        : Optional.ofNullable(claim.getStatus().getAllocation());
  }

  /** Whether the claim holds devices that this driver allocated. */
  public static boolean isAllocatedByUs(ResourceClaim claim) {
    return allocation(claim).isPresent()
        && GpuApi.DRIVER_NAME.equals(claim.getStatus().getDriverName());
  }

  public static boolean isBeingDeleted(ResourceClaim claim) {
    return claim.getMetadata().getDeletionTimestamp() != null;
  }

  public static boolean isDeallocationRequested(ResourceClaim claim) {
    return claim.getStatus() != null
        && Boolean.TRUE.equals(claim.getStatus().getDeallocationRequested());
  }

  /** Whether a pod uses the claim or is about to. */
  public static boolean isReserved(ResourceClaim claim) {
    return claim.getStatus() != null && !claim.getStatus().getReservedFor().isEmpty();
  }

  public static boolean hasFinalizer(ResourceClaim claim) {
    return claim.getMetadata().getFinalizers().contains(GpuApi.CLAIM_FINALIZER);
  }

  /** Whether finalizers of others also hold the claim back from deletion. */
  public static boolean hasOtherFinalizers(ResourceClaim claim) {
    return claim.getMetadata().getFinalizers().stream()
        .anyMatch(finalizer -> !finalizer.equals(GpuApi.CLAIM_FINALIZER));
  }

  /** The UID of the first owner (the pod of a claim made from a template), or an empty text. */
  public static String ownerUid(ResourceClaim claim) {
    return claim.getMetadata().getOwnerReferences().stream()
        .findFirst()
        .map(OwnerReference::getUid)
        .orElse("");
  }

  /** The pod that the claim was made for from a template. */
  public static Optional<OwnerReference> controllingPod(ResourceClaim claim) {
    return claim.getMetadata().getOwnerReferences().stream()
        .filter(
            owner -> Boolean.TRUE.equals(owner.getController()) && owner.getKind().equals("Pod"))
        .findFirst();
  }

  /** Whether this pod is the controller-owner of the object. */
  public static boolean isControlledBy(HasMetadata object, ObjectMeta pod) {
    return object.getMetadata().getOwnerReferences().stream()
        .anyMatch(
            owner ->
                Boolean.TRUE.equals(owner.getController()) && pod.getUid().equals(owner.getUid()));
  }

  public static ResourceClaim withFinalizer(ResourceClaim claim) {
    return new ResourceClaimBuilder(claim)
        .editMetadata()
        .addToFinalizers(GpuApi.CLAIM_FINALIZER)
        .endMetadata()
        .build();
  }

  public static ResourceClaim withoutFinalizer(ResourceClaim claim) {
    return new ResourceClaimBuilder(claim)
        .editMetadata()
        .removeFromFinalizers(GpuApi.CLAIM_FINALIZER)
        .endMetadata()
        .build();
  }

  /**
   * The claim as allocated by this driver.
   *
   * @param consumer the pod for which the claim is reserved in the same write, which saves the
   *     scheduler a write; empty for an immediate claim
   */
  public static ResourceClaim allocated(
      ResourceClaim claim, AllocationResult allocation, Optional<ObjectMeta> consumer) {
    var status =
        new ResourceClaimBuilder(claim)
            .editOrNewStatus()
            .withDriverName(GpuApi.DRIVER_NAME)
            .withAllocation(allocation);
    consumer.ifPresent(
        pod ->
            status.addToReservedFor(
                new ResourceClaimConsumerReferenceBuilder()
                    .withResource("pods")
                    .withName(pod.getName())
                    .withUid(pod.getUid())
                    .build()));
    return status.endStatus().build();
  }

  /** The claim without its allocation, so that it can be allocated again. */
  public static ResourceClaim deallocated(ResourceClaim claim) {
    return new ResourceClaimBuilder(claim)
        .editOrNewStatus()
        .withDriverName(null)
        .withAllocation(null)
        .withDeallocationRequested(null)
        .endStatus()
        .build();
  }
}
