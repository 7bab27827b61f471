package com.intel.dra.gpu.controller.app;

import static com.intel.dra.gpu.classic.TestingObjects.controlledBy;

import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.TestingObjects;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimConsumerReference;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Does what kube-controller-manager 1.28 to 1.30 does for pods with claims: makes claims from
 * templates, ends the reservations of pods that are finished or gone, requests the deallocation of
 * unused claims, prepares pods that were bound by hand, and collects garbage. It does one write at
 * a time.
 */
public final class TestingClaimController {

  private static final String IMMEDIATE = "immediate-";

  private final FakeCluster cluster;

  TestingClaimController(FakeCluster cluster) {
    this.cluster = cluster;
  }

  /** Returns the name of a template that makes claims with these parameters. */
  public static String template(String parameters, boolean immediate) {
    return (immediate ? IMMEDIATE : "") + parameters;
  }

  /**
   * @return whether there was anything to do
   */
  boolean act() {
    return cluster.list(Pod.class).anyMatch(pod -> generate(pod) || serveIfBound(pod))
        || cluster.list(ResourceClaim.class).anyMatch(this::look)
        || cluster.list(PodSchedulingContext.class).anyMatch(this::collect);
  }

  private boolean generate(Pod pod) {
    if (Pods.isDone(pod) || Pods.isBeingDeleted(pod)) {
      return false;
    }
    for (PodResourceClaim entry : pod.getSpec().getResourceClaims()) {
      if (entry.getResourceClaimTemplateName() != null && !isGenerated(pod, entry)) {
        generate(pod, entry);
        return true;
      }
    }
    return false;
  }

  private static boolean isGenerated(Pod pod, PodResourceClaim entry) {
    return pod.getStatus() != null
        && pod.getStatus().getResourceClaimStatuses().stream()
            .anyMatch(status -> status.getName().equals(entry.getName()));
  }

  private void generate(Pod pod, PodResourceClaim entry) {
    String uid = pod.getMetadata().getUid();
    String name =
        "%s-%s-%s"
            .formatted(
                pod.getMetadata().getName(), entry.getName(), uid.substring(uid.indexOf('#') + 1));
    String template = entry.getResourceClaimTemplateName();
    ResourceClaim claim = TestingObjects.claim(name);
    claim =
        TestingObjects.withParameters(
            template.startsWith(IMMEDIATE) ? TestingObjects.immediate(claim) : claim,
            template.replaceFirst("^" + IMMEDIATE, ""));
    cluster.created(
        new ResourceClaimBuilder(claim)
            .editMetadata()
            .withOwnerReferences(controlledBy(pod))
            .endMetadata()
            .build());
    cluster.edit(
        pod,
        known ->
            new PodBuilder(known)
                .editOrNewStatus()
                .addNewResourceClaimStatus()
                .withName(entry.getName())
                .withResourceClaimName(name)
                .endResourceClaimStatus()
                .endStatus()
                .build());
  }

  /** Serves pods that were bound by hand, because the scheduler ignores them. */
  private boolean serveIfBound(Pod pod) {
    if (!Pods.isBound(pod) || Pods.isDone(pod) || Pods.isBeingDeleted(pod)) {
      return false;
    }
    for (ResourceClaim claim : Pods.claims(cluster, pod)) {
      if (Claims.isBeingDeleted(claim) || Claims.isDeallocationRequested(claim)) {
        continue;
      }
      if (Claims.allocation(claim).isPresent()) {
        if (!Pods.isReservedFor(claim, pod)) {
          cluster.edit(claim, known -> TestingObjects.reservedFor(known, pod));
          return true;
        }
      } else if (!Claims.isImmediate(claim)) {
        PodSchedulingContext context = TestingObjects.context(pod, pod.getSpec().getNodeName());
        if (cluster
            .read(
                PodSchedulingContext.class,
                context.getMetadata().getNamespace(),
                context.getMetadata().getName())
            .isEmpty()) {
          cluster.created(context);
          return true;
        }
      }
    }
    return false;
  }

  private boolean look(ResourceClaim claim) {
    return endReservations(claim) || collect(claim);
  }

  private boolean endReservations(ResourceClaim claim) {
    List<ResourceClaimConsumerReference> valid =
        Pods.consumers(claim).stream()
            .filter(consumer -> pod(consumer.getUid()).filter(pod -> !Pods.isDone(pod)).isPresent())
            .collect(Collectors.toList());
    boolean unused =
        valid.isEmpty()
            && Claims.allocation(claim).isPresent()
            && !Claims.isImmediate(claim)
            && !Claims.isDeallocationRequested(claim);
    if (!unused && valid.size() == Pods.consumers(claim).size()) {
      return false;
    }
    cluster.edit(claim, known -> Pods.reservedOnlyFor(known, valid));
    return true;
  }

  /**
   * Deletes the claims that were made for a pod when it is finished, and its scheduling context
   * when the pod is gone.
   */
  private boolean collect(HasMetadata object) {
    Optional<String> owner =
        object.getMetadata().getOwnerReferences().stream().map(OwnerReference::getUid).findFirst();
    boolean garbage =
        owner.isPresent()
            && object.getMetadata().getDeletionTimestamp() == null
            && owner
                .flatMap(this::pod)
                .filter(pod -> !(object instanceof ResourceClaim && Pods.isDone(pod)))
                .isEmpty();
    if (garbage) {
      cluster.delete(object);
    }
    return garbage;
  }

  private Optional<Pod> pod(String uid) {
    return pods().filter(pod -> pod.getMetadata().getUid().equals(uid)).findFirst();
  }

  private Stream<Pod> pods() {
    return cluster.list(Pod.class);
  }
}
