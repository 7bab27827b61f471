package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.claim.Claims;
import com.intel.dra.gpu.controller.ApiServer.Outcome;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Writes ResourceClaims: the finalizer and the status. Every write carries the resourceVersion it
 * was decided on; a conflict ends the attempt, and the claim is looked at again with what changed.
 * All methods block.
 */
@Singleton
@IfBuildProfile("controller")
class ClaimWriter {

  private final ApiServer api;
  private final ClusterView view;

  ClaimWriter(ApiServer api, ClusterView view) {
    this.api = api;
    this.view = view;
  }

  /** The claim with our finalizer, which is written only if it is missing. */
  Outcome<ResourceClaim> ensureFinalizer(ResourceClaim claim) {
    return Claims.hasFinalizer(claim)
        ? new Outcome.Written<>(claim)
        : remember(claim, api.updateFinalizers(Claims.withFinalizer(claim)));
  }

  Outcome<ResourceClaim> allocate(
      ResourceClaim claim, AllocationResult allocation, Optional<ObjectMeta> consumer) {
    return remember(claim, api.updateStatus(Claims.allocated(claim, allocation, consumer)));
  }

  Outcome<ResourceClaim> deallocate(ResourceClaim claim) {
    return remember(claim, api.updateStatus(Claims.deallocated(claim)));
  }

  /** Lets the claim go, if it is held back. */
  Outcome<ResourceClaim> removeFinalizer(ResourceClaim claim) {
    return Claims.hasFinalizer(claim)
        ? remember(claim, api.updateFinalizers(Claims.withoutFinalizer(claim)))
        : new Outcome.Written<>(claim);
  }

  private Outcome<ResourceClaim> remember(ResourceClaim before, Outcome<ResourceClaim> outcome) {
    if (outcome instanceof Outcome.Written<ResourceClaim>(ResourceClaim written)) {
      view.claims.remember(before, written);
    }
    return outcome;
  }
}
