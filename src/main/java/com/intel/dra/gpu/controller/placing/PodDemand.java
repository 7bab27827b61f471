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
 * Those claims of one pod that this driver has to allocate for it: of its classes, waiting for
 * their first consumer, and not allocated yet.
 *
 * @param placeable claims with usable parameters, by their name in the pod
 * @param unplaceable names in the pod of the claims whose parameters are unusable
 */
public record PodDemand(Map<String, PendingClaim> placeable, Set<String> unplaceable) {

  /**
   * Empty while one of the pod's claims is unknown or about to go, or the class of one that waits
   * for its first consumer is unknown: then nothing can be said of all of them together, and the
   * scheduler does not go on either. A claim that is allocated needs no class any more, whoever's
   * it is; one that is allocated at once waits for no pod.
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

  /** A claim generated for another pod of the same name is not this pod's. */
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

  /** The names in the pod of all of them. */
  public Set<String> podClaimNames() {
    var names = new LinkedHashSet<>(placeable.keySet());
    names.addAll(unplaceable);
    return names;
  }

  /** Each claim once, however often the pod names it. */
  public List<PendingClaim> distinctClaims() {
    var byUid = new LinkedHashMap<String, PendingClaim>();
    placeable.values().forEach(claim -> byUid.putIfAbsent(claim.uid(), claim));
    return new ArrayList<>(byUid.values());
  }
}
