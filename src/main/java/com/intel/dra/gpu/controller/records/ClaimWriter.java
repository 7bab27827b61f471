package com.intel.dra.gpu.controller.records;

import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Writes ResourceClaims: the finalizer and the status. Every write carries the resourceVersion on
 * which it was decided. A conflict ends the attempt, and the changed claim is processed again. All
 * methods block.
 */
@Singleton
@IfBuildProfile("controller")
public class ClaimWriter {

  private final ApiServer api;
  private final ClusterView view;

  public ClaimWriter(ApiServer api, ClusterView view) {
    this.api = api;
    this.view = view;
  }

  /** Returns the claim with our finalizer, and writes the finalizer only if it is missing. */
  public Outcome<ResourceClaim> ensureFinalizer(ResourceClaim claim) {
    return Claims.hasFinalizer(claim)
        ? new Outcome.Written<>(claim)
        : remember(claim, api.updateFinalizers(Claims.withFinalizer(claim)));
  }

  public Outcome<ResourceClaim> allocate(
      ResourceClaim claim, AllocationResult allocation, Optional<ObjectMeta> consumer) {
    return remember(claim, api.updateStatus(Claims.allocated(claim, allocation, consumer)));
  }

  public Outcome<ResourceClaim> deallocate(ResourceClaim claim) {
    return remember(claim, api.updateStatus(Claims.deallocated(claim)));
  }

  /** Removes our finalizer if the claim has it. */
  public Outcome<ResourceClaim> removeFinalizer(ResourceClaim claim) {
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
