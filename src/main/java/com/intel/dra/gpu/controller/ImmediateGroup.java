package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.claim.ClaimStep;
import com.intel.dra.gpu.claim.Claims;
import com.intel.dra.gpu.claim.ParametersResolver;
import com.intel.dra.gpu.claim.PodClaims;
import com.intel.dra.gpu.claim.ResolvedParameters;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Claims with immediate allocation that have to be on one node, for they were made for one pod. The
 * scheduler never moves such claims: a pod whose claims are on two nodes would wait for ever.
 *
 * @param claims those that are not allocated and can be, in a fixed order; at least one
 * @param node the only node that counts, because other claims of the pod are there
 * @param isWhole false while some of the pod's claims are not made yet
 */
record ImmediateGroup(List<PendingClaim> claims, Optional<String> node, boolean isWhole) {

  /**
   * The group of a claim that is to be allocated now. A claim that was not made from a template is
   * alone: which pods will use it, and with what else, nobody knows.
   */
  static ImmediateGroup of(
      PendingClaim claim, ClusterView view, ApiServer api, ParametersResolver resolver) {
    List<ResourceClaim> made = view.claimsMadeForThePodOf(claim.claim());
    if (made.isEmpty()) {
      return new ImmediateGroup(List.of(claim), Optional.empty(), true);
    }
    var pending = new ArrayList<PendingClaim>();
    pending.add(claim);
    var nodes = new ArrayList<String>();
    for (ResourceClaim other : made) {
      if (ClaimStep.of(other) instanceof ClaimStep.KeepOnRecord keep) {
        nodes.add(keep.node());
      } else if (!Claims.uid(other).equals(claim.uid())) {
        pending(other, view, resolver).ifPresent(pending::add);
      }
    }
    pending.sort(Comparator.comparing(PendingClaim::namespacedName));
    return new ImmediateGroup(
        List.copyOf(pending),
        nodes.stream().min(Comparator.naturalOrder()),
        made.size() >= podOf(claim, view, api).map(PodClaims::numberOfTemplates).orElse(0));
  }

  private static Optional<PendingClaim> pending(
      ResourceClaim claim, ClusterView view, ParametersResolver resolver) {
    return ClaimStep.of(claim) instanceof ClaimStep.AllocateNow
        ? view.ourClassOf(claim)
            .map(ours -> resolver.resolve(ours, claim))
            .flatMap(
                resolved ->
                    resolved instanceof ResolvedParameters.Usable usable
                        ? Optional.of(new PendingClaim(claim, usable.request()))
                        : Optional.empty())
        : Optional.empty();
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
