package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.PodClaims;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimConsumerReference;
import java.util.List;
import java.util.Optional;

/** The lifecycle of pods in a {@link FakeCluster}. */
public final class Pods {

  /**
   * A finalizer that keeps a bound pod until its kubelet has ended it, like the API server's grace
   * period.
   */
  private static final String KUBELET = "testing/kubelet";

  private static final String TO_FINISH = "testing/finish";

  private Pods() {}

  public static boolean isBound(Pod pod) {
    return pod.getSpec().getNodeName() != null;
  }

  static boolean isDone(Pod pod) {
    return pod.getStatus() != null && "Succeeded".equals(pod.getStatus().getPhase());
  }

  static boolean isBeingDeleted(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  /** Returns whether the pod runs and its containers are to end. */
  static boolean isToEnd(Pod pod) {
    return isBeingDeleted(pod) || pod.getMetadata().getAnnotations().containsKey(TO_FINISH);
  }

  static Pod bound(Pod pod, String node) {
    return new PodBuilder(pod)
        .editMetadata()
        .addToFinalizers(KUBELET)
        .endMetadata()
        .editSpec()
        .withNodeName(node)
        .endSpec()
        .build();
  }

  static Pod toFinish(Pod pod) {
    return new PodBuilder(pod).editMetadata().addToAnnotations(TO_FINISH, "").endMetadata().build();
  }

  static Pod done(Pod pod) {
    return new PodBuilder(pod).editOrNewStatus().withPhase("Succeeded").endStatus().build();
  }

  /** Returns the pod without running containers, so that it can be deleted. */
  static Pod released(Pod pod) {
    return new PodBuilder(pod).editMetadata().removeFromFinalizers(KUBELET).endMetadata().build();
  }

  /** Returns the pod's claims that exist and, if they were generated, were generated for it. */
  static List<ResourceClaim> claims(FakeCluster cluster, Pod pod) {
    return PodClaims.of(pod).stream()
        .flatMap(reference -> claim(cluster, pod, reference).stream())
        .toList();
  }

  static boolean hasAllClaims(FakeCluster cluster, Pod pod) {
    return claims(cluster, pod).size() == pod.getSpec().getResourceClaims().size();
  }

  private static Optional<ResourceClaim> claim(
      FakeCluster cluster, Pod pod, PodClaims.Reference reference) {
    return cluster
        .read(ResourceClaim.class, pod.getMetadata().getNamespace(), reference.claimName())
        .filter(claim -> !reference.generated() || Claims.isControlledBy(claim, pod.getMetadata()));
  }

  static boolean isReservedFor(ResourceClaim claim, Pod pod) {
    return consumers(claim).stream()
        .anyMatch(consumer -> consumer.getUid().equals(pod.getMetadata().getUid()));
  }

  static List<ResourceClaimConsumerReference> consumers(ResourceClaim claim) {
    return claim.getStatus() == null ? List.of() : claim.getStatus().getReservedFor();
  }

  /**
   * Returns the claim reserved for these consumers alone. If there are none and the claim is
   * delayed, requests its deallocation.
   */
  static ResourceClaim reservedOnlyFor(
      ResourceClaim claim, List<ResourceClaimConsumerReference> consumers) {
    boolean unused = consumers.isEmpty() && !Claims.isImmediate(claim);
    return new ResourceClaimBuilder(claim)
        .editStatus()
        .withReservedFor(consumers)
        .withDeallocationRequested(unused ? Boolean.TRUE : null)
        .endStatus()
        .build();
  }
}
