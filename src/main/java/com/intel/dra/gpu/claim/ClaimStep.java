package com.intel.dra.gpu.claim;

import com.intel.dra.gpu.api.GpuApi;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimStatus;
import java.util.Optional;

/** What a driver has to do next for a claim of one of its classes, judged by the claim alone. */
public sealed interface ClaimStep {

  /** Nothing: a pod uses it, or it waits for its first consumer, or it is gone for this driver. */
  record Rest() implements ClaimStep {}

  /** It holds devices and should: see that they are on record for the node. */
  record KeepOnRecord(String node, AllocationResult allocation) implements ClaimStep {}

  /** Find a node and devices now, without waiting for a pod. */
  record AllocateNow() implements ClaimStep {}

  /** Give back whatever it holds, then let it go. */
  record Release() implements ClaimStep {}

  static ClaimStep of(ResourceClaim claim) {
    Optional<ResourceClaimStatus> status = Optional.ofNullable(claim.getStatus());
    boolean unwanted =
        claim.getMetadata().getDeletionTimestamp() != null || isDeallocationRequested(claim);
    if (unwanted) {
      boolean reserved = status.map(s -> !s.getReservedFor().isEmpty()).orElse(false);
      return !reserved && isHeldBack(claim) ? new Release() : new Rest();
    }
    Optional<AllocationResult> allocation = Claims.allocation(claim);
    if (allocation.isPresent()) {
      return AllocationResults.node(allocation.get())
          .<ClaimStep>map(node -> new KeepOnRecord(node, allocation.get()))
          .orElseGet(Rest::new);
    }
    return Claims.isImmediate(claim) ? new AllocateNow() : new Rest();
  }

  private static boolean isDeallocationRequested(ResourceClaim claim) {
    return claim.getStatus() != null
        && Boolean.TRUE.equals(claim.getStatus().getDeallocationRequested());
  }

  /** The finalizer may have been taken away by hand: an allocation of ours counts as well. */
  private static boolean isHeldBack(ResourceClaim claim) {
    return Claims.hasFinalizer(claim)
        || (claim.getStatus() != null
            && GpuApi.DRIVER_NAME.equals(claim.getStatus().getDriverName()));
  }
}
