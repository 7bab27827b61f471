package com.intel.dra.gpu.classic;

import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.Optional;

/** The next step of a driver for a claim of one of its classes, decided from the claim alone. */
public sealed interface ClaimStep {

  /**
   * Do nothing: the claim waits for its first consumer, or does not concern this driver (any more).
   */
  record Rest() implements ClaimStep {}

  /**
   * Ensure that the claim's devices are recorded for the node: it holds devices of this driver and
   * should keep them, or a pod still uses them.
   */
  record KeepOnRecord(String node, AllocationResult allocation) implements ClaimStep {}

  /** Find a node and devices now, without waiting for a pod. */
  record AllocateNow() implements ClaimStep {}

  /** Release what the claim holds, then remove the finalizer. */
  record Release() implements ClaimStep {}

  static ClaimStep of(ResourceClaim claim) {
    boolean unwanted = Claims.isBeingDeleted(claim) || Claims.isDeallocationRequested(claim);
    if (unwanted && !Claims.isReserved(claim)) {
      return Claims.hasFinalizer(claim) || Claims.isAllocatedByUs(claim)
          ? new Release()
          : new Rest();
    }
    Optional<AllocationResult> allocation = Claims.allocation(claim);
    if (allocation.isPresent()) {
      return AllocationResults.node(allocation.get())
          .filter(_ -> Claims.isAllocatedByUs(claim))
          .<ClaimStep>map(node -> new KeepOnRecord(node, allocation.get()))
          .orElseGet(Rest::new);
    }
    return Claims.isImmediate(claim) && !unwanted ? new AllocateNow() : new Rest();
  }
}
