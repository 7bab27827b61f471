package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.classic.ClaimRequest;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;

/** A claim of this driver that has to be allocated, and its request. */
public record PendingClaim(ResourceClaim claim, ClaimRequest request) {

  public String uid() {
    return Claims.uid(claim);
  }

  /** The request to the allocator. */
  public DeviceRequest deviceRequest() {
    return InventoryBuilder.request(uid(), request);
  }

  public String namespacedName() {
    return claim.getMetadata().getNamespace() + "/" + claim.getMetadata().getName();
  }
}
