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
import java.util.stream.Stream;

/**
 * Claims with immediate allocation that have to be on one node, for they were made for one pod. The
 * scheduler never moves such claims: a pod whose claims are on two nodes would wait for ever. So
 * they are placed when all of them are known, or not at all.
 */
sealed interface ImmediateGroup {

  /**
   * All of them are known.
   *
   * @param claims those that are not allocated, in a fixed order; at least one
   * @param node the only node that counts, because other claims of the pod are there
   */
  record Whole(List<PendingClaim> claims, Optional<String> node) implements ImmediateGroup {}

  /** Some of the pod's claims are not made yet: the last one has them all allocated. */
  record NotMade() implements ImmediateGroup {}

  /**
   * What some of them ask for is not known.
   *
   * @param unknown the name of each of these, and why; in a fixed order, at least one
   */
  record Waiting(List<String> unknown) implements ImmediateGroup {}

  /**
   * They are more than this driver allocates for one pod.
   *
   * @param pod empty if it is gone
   */
  record TooMany(int claims, Optional<Pod> pod) implements ImmediateGroup {}

  /**
   * The group of a claim that is to be allocated now. A claim that was not made from a template is
   * alone: which pods will use it, and with what else, nobody knows.
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

  /** Read where the informer does not show it: it may lag behind that of the claims. */
  private static Optional<Pod> podOf(PendingClaim claim, ClusterView view, ApiServer api) {
    return Claims.controllingPod(claim.claim())
        .flatMap(
            owner -> {
              String namespace = claim.claim().getMetadata().getNamespace();
              return view.pendingPods
                  .get(namespace, owner.getName())
                  .or(() -> api.read(Pod.class, namespace, owner.getName()))
                  .filter(pod -> owner.getUid().equals(pod.getMetadata().getUid()));
            });
  }
}
