package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.claim.Claims;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes ResourceClaims: the finalizer and the status. Every write carries the resourceVersion it
 * was decided on; a conflict ends the attempt, and the claim is looked at again with what changed.
 * All methods block.
 */
@Singleton
@IfBuildProfile("controller")
class ClaimWriter {

  private final KubernetesClient client;
  private final ClusterView view;

  ClaimWriter(KubernetesClient client, ClusterView view) {
    this.client = client;
    this.view = view;
  }

  /** The claim with our finalizer, which is written only if it is missing. */
  ResourceClaim ensureFinalizer(ResourceClaim claim) {
    if (Claims.hasFinalizer(claim)) {
      return claim;
    }
    return remember(claim, client.resource(Claims.withFinalizer(claim)).update());
  }

  ResourceClaim allocate(
      ResourceClaim claim, AllocationResult allocation, Optional<ObjectMeta> consumer) {
    return remember(
        claim, client.resource(Claims.allocated(claim, allocation, consumer)).updateStatus());
  }

  ResourceClaim deallocate(ResourceClaim claim) {
    return remember(claim, client.resource(Claims.deallocated(claim)).updateStatus());
  }

  /** Lets the claim go; one that is gone already is no error. */
  void removeFinalizer(ResourceClaim claim) {
    if (!Claims.hasFinalizer(claim)) {
      return;
    }
    try {
      remember(claim, client.resource(Claims.withoutFinalizer(claim)).update());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }

  /** The claim as the API server has it now, whatever the informer says; empty when it is gone. */
  Optional<ResourceClaim> readAgain(ResourceClaim claim) {
    @Nullable ResourceClaim now = client.resource(claim).get();
    return Optional.ofNullable(now).filter(read -> Claims.uid(read).equals(Claims.uid(claim)));
  }

  /** The claim with that UID, which the informer does not know; asks for all claims. */
  Optional<ResourceClaim> find(String uid) {
    return client.resources(ResourceClaim.class).inAnyNamespace().list().getItems().stream()
        .filter(claim -> Claims.uid(claim).equals(uid))
        .findFirst();
  }

  private ResourceClaim remember(ResourceClaim before, ResourceClaim written) {
    view.claims.remember(before, written);
    return written;
  }
}
