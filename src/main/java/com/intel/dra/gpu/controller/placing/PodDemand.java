package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.classic.ClaimRequest;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.ParametersResolver;
import com.intel.dra.gpu.classic.PodClaims;
import com.intel.dra.gpu.classic.ResolvedParameters;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The claims of one pod that this driver has to allocate for it: they are of its classes, wait for
 * their first consumer, and are not allocated yet.
 *
 * @param placeable claims with usable parameters, by their name in the pod
 * @param unplaceable names in the pod of the claims whose parameters are unusable
 */
public record PodDemand(Map<String, PendingClaim> placeable, Set<String> unplaceable) {

  /**
   * Returns the demand of a pod. It is empty while one of the pod's claims is unknown or being
   * deleted, or while the class of a claim that waits for its first consumer is unknown: then
   * nothing can be decided for all claims together, and the scheduler does not continue either. The
   * class does not matter for a claim that is allocated, by whichever driver, or that is allocated
   * immediately and so waits for no pod.
   */
  public static Optional<PodDemand> of(Pod pod, ClusterView view, ParametersResolver resolver) {
    var placeable = new LinkedHashMap<String, PendingClaim>();
    var unplaceable = new LinkedHashSet<String>();
    for (PodClaims.Reference reference : PodClaims.of(pod)) {
      Optional<ResourceClaim> claim = claim(pod, reference, view);
      if (claim.isEmpty()) {
        return Optional.empty();
      }
      if (!isPending(claim.get())) {
        continue;
      }
      Optional<ResourceClass> resourceClass = view.classOf(claim.get());
      if (resourceClass.isEmpty()) {
        return Optional.empty();
      }
      if (ClusterView.isOurs(resourceClass.get())) {
        switch (resolver.resolve(resourceClass.get(), claim.get())) {
          case ResolvedParameters.Usable(ClaimRequest request) ->
              placeable.put(reference.podClaimName(), new PendingClaim(claim.get(), request));
          case ResolvedParameters.Unusable _ -> unplaceable.add(reference.podClaimName());
        }
      }
    }
    return Optional.of(new PodDemand(placeable, unplaceable));
  }

  /** A claim that was generated for another pod of the same name does not belong to this pod. */
  private static Optional<ResourceClaim> claim(
      Pod pod, PodClaims.Reference reference, ClusterView view) {
    return view.claims
        .get(pod.getMetadata().getNamespace(), reference.claimName())
        .filter(claim -> !Claims.isBeingDeleted(claim))
        .filter(claim -> !reference.generated() || Claims.isControlledBy(claim, pod.getMetadata()));
  }

  private static boolean isPending(ResourceClaim claim) {
    return !Claims.isImmediate(claim) && Claims.allocation(claim).isEmpty();
  }

  public boolean isEmpty() {
    return placeable.isEmpty() && unplaceable.isEmpty();
  }

  /** Returns the names of all these claims in the pod. */
  public Set<String> podClaimNames() {
    var names = new LinkedHashSet<>(placeable.keySet());
    names.addAll(unplaceable);
    return names;
  }

  /** Returns each claim once, even if the pod names it several times. */
  public List<PendingClaim> distinctClaims() {
    var byUid = new LinkedHashMap<String, PendingClaim>();
    placeable.values().forEach(claim -> byUid.putIfAbsent(claim.uid(), claim));
    return new ArrayList<>(byUid.values());
  }
}
