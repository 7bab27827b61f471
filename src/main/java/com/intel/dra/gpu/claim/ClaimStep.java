package com.intel.dra.gpu.claim;

import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.Optional;

/** What a driver has to do next for a claim of one of its classes, judged by the claim alone. */
public sealed interface ClaimStep {

  /** Nothing: it waits for its first consumer, or is no (more) concern of this driver. */
  record Rest() implements ClaimStep {}

  /**
   * It holds devices of this driver and should, or a pod still uses them: see that they are on
   * record for the node.
   */
  record KeepOnRecord(String node, AllocationResult allocation) implements ClaimStep {}

  /** Find a node and devices now, without waiting for a pod. */
  record AllocateNow() implements ClaimStep {}

  /** Give back whatever it holds, then let it go. */
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
