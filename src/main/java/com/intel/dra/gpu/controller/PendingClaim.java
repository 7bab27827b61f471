package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.claim.ClaimRequest;
import com.intel.dra.gpu.claim.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;

/** A claim of this driver that has to be allocated, and what it asks for. */
record PendingClaim(ResourceClaim claim, ClaimRequest request) {

  String uid() {
    return Claims.uid(claim);
  }

  /** What is asked of the allocator. */
  DeviceRequest deviceRequest() {
    return Inventories.request(uid(), request);
  }

  String namespacedName() {
    return claim.getMetadata().getNamespace() + "/" + claim.getMetadata().getName();
  }
}
