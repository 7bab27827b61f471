package com.intel.dra.gpu.controller.allocate;

import com.intel.dra.gpu.classic.ClaimRequest;
import com.intel.dra.gpu.classic.ClaimStep;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.ParametersResolver;
import com.intel.dra.gpu.classic.PodClaims;
import com.intel.dra.gpu.classic.ResolvedParameters;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.placing.PendingClaim;
import com.intel.dra.gpu.controller.placing.PodClaimLimit;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Claims with immediate allocation that must be on one node, because they were made for one pod.
 * The scheduler never moves such claims: a pod whose claims are on two nodes would wait forever. So
 * they are placed only when all of them are known.
 */
sealed interface ImmediateGroup {

  /**
   * All claims of the group are known.
   *
   * @param claims the claims that are not allocated, in a fixed order; at least one
   * @param node the only possible node, because other claims of the pod are there
   */
  record Whole(List<PendingClaim> claims, Optional<String> node) implements ImmediateGroup {}

  /**
   * Some of the pod's claims do not exist yet; the last one to be made triggers the allocation of
   * all.
   */
  record NotMade() implements ImmediateGroup {}

  /**
   * The requests of some claims are not known.
   *
   * @param unknown the name of each of these claims, and the reason; in a fixed order, at least one
   */
  record Waiting(List<String> unknown) implements ImmediateGroup {}

  /**
   * The group has more claims than this driver allocates for one pod.
   *
   * @param pod empty if it is gone
   */
  record TooMany(int claims, Optional<Pod> pod) implements ImmediateGroup {}

  /**
   * Returns the group of a claim that is to be allocated now. A claim that was not made from a
   * template is a group of its own, because it is not known which pods will use it and with which
   * other claims.
   */
  static ImmediateGroup of(
      PendingClaim claim, ClusterView view, ApiServer api, ParametersResolver resolver) {
    List<ResourceClaim> made = view.claimsMadeForThePodOf(claim.claim());
    if (made.isEmpty()) {
      return new Whole(List.of(claim), Optional.empty());
    }
    List<ResourceClaim> others =
        made.stream()
            .filter(other -> !Claims.uid(other).equals(claim.uid()))
            .filter(other -> ClaimStep.of(other) instanceof ClaimStep.AllocateNow)
            .filter(other -> view.classOf(other).map(ClusterView::isOurs).orElse(true))
            .sorted(Comparator.comparing(other -> other.getMetadata().getName()))
            .toList();
    Optional<Pod> pod = podOf(claim, view, api);
    if (PodClaimLimit.areTooMany(others.size() + 1)) {
      return new TooMany(others.size() + 1, pod);
    }
    if (made.size() < pod.map(PodClaims::numberOfTemplates).orElse(0)) {
      return new NotMade();
    }
    var pending = new ArrayList<PendingClaim>();
    pending.add(claim);
    var unknown = new ArrayList<String>();
    for (ResourceClaim other : others) {
      String name = other.getMetadata().getName();
      Optional<ResourceClass> ours = view.ourClassOf(other);
      if (ours.isEmpty()) {
        unknown.add(name + " (its ResourceClass does not exist)");
        continue;
      }
      switch (resolver.resolve(ours.get(), other)) {
        case ResolvedParameters.Usable(ClaimRequest request) ->
            pending.add(new PendingClaim(other, request));
        case ResolvedParameters.Unusable _ ->
            unknown.add(name + " (its parameters cannot be used, its Events say why)");
      }
    }
    pending.sort(Comparator.comparing(PendingClaim::namespacedName));
    return unknown.isEmpty()
        ? new Whole(List.copyOf(pending), nodeOf(made))
        : new Waiting(List.copyOf(unknown));
  }

  private static Optional<String> nodeOf(List<ResourceClaim> made) {
    return made.stream()
        .flatMap(
            claim ->
                ClaimStep.of(claim) instanceof ClaimStep.KeepOnRecord keep
                    ? Stream.of(keep.node())
                    : Stream.empty())
        .min(Comparator.naturalOrder());
  }

  /**
   * Reads the pod from the API server if the informer does not have it, or has an earlier pod of
   * its name, because that informer may lag behind the one of the claims.
   */
  private static Optional<Pod> podOf(PendingClaim claim, ClusterView view, ApiServer api) {
    return Claims.controllingPod(claim.claim())
        .flatMap(
            owner -> {
              String namespace = claim.claim().getMetadata().getNamespace();
              Predicate<Pod> isOwner = pod -> owner.getUid().equals(pod.getMetadata().getUid());
              return view.pendingPods
                  .get(namespace, owner.getName())
                  .filter(isOwner)
                  .or(() -> api.read(Pod.class, namespace, owner.getName()).filter(isOwner));
            });
  }
}
