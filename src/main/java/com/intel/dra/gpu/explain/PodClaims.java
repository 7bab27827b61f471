package com.intel.dra.gpu.explain;

import com.intel.dra.gpu.explain.search.ClaimDemand;
import com.intel.dra.gpu.explain.search.ClaimKey;
import com.intel.dra.gpu.explain.search.HeldDevices;
import com.intel.dra.gpu.explain.search.UnusableClaim;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodResourceClaimStatus;
import io.fabric8.kubernetes.api.model.resource.v1.AllocationResult;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a pod asks for.
 *
 * @param waiting its claims that have no devices yet, in the pod's order
 * @param allocated what the others have
 * @param resources what it asks for without a claim
 */
record PodClaims(List<ClaimDemand> waiting, List<Allocated> allocated, ResourceDemand resources) {

  /** How many users the API lets a claim have. */
  static final int MAX_USERS = 256;

  PodClaims {
    waiting = List.copyOf(waiting);
    allocated = List.copyOf(allocated);
  }

  /**
   * A claim that has its devices.
   *
   * @param ofOthers whether others than the pod use it, so that the scheduler leaves it as it is
   */
  record Allocated(ClaimKey claim, AllocationResult result, boolean ofOthers) {}

  /** The scheduler does not begin with the pod. */
  static final class Problem extends Exception {
    private static final long serialVersionUID = 1L;
    private final WaitReason reason;

    Problem(WaitReason reason, String message) {
      super(message, null, false, false);
      this.reason = reason;
    }

    WaitReason reason() {
      return reason;
    }
  }

  /** Where claims that do not exist come from. */
  enum Missing {
    IS_A_PROBLEM,
    /** As if it were made from its template now. */
    FROM_TEMPLATE
  }

  static PodClaims of(Pod pod, ReadView view, Missing missing) throws Problem {
    if (TooLarge.is(pod.getSpec())) {
      throw new Problem(
          WaitReason.UNKNOWN,
          "node selector, affinity, tolerations, claims and resources of the pod have more text"
              + " than is looked at: use fewer of them");
    }
    var waiting = new ArrayList<ClaimDemand>();
    var ofTemplates = new HashMap<String, ClaimDemand>();
    var allocated = new ArrayList<Allocated>();
    for (PodResourceClaim entry : pod.getSpec().getResourceClaims()) {
      Optional<ClaimKey> key = key(pod, entry, view, missing);
      if (key.isEmpty()) {
        continue;
      }
      Optional<ResourceClaim> claim =
          missing == Missing.FROM_TEMPLATE && entry.getResourceClaimName() == null
              ? Optional.empty()
              : Optional.ofNullable(view.claims().get(key.get()));
      if (claim.isEmpty()) {
        waiting.add(fromTemplate(pod, entry, key.get(), view, missing, ofTemplates));
        continue;
      }
      if (claim.get().getMetadata().getDeletionTimestamp() != null) {
        throw new Problem(
            WaitReason.CLAIM_MISSING, "claim %s is being deleted".formatted(key.get()));
      }
      Optional<AllocationResult> allocation = HeldDevices.allocation(claim.get());
      if (allocation.isPresent()) {
        requireRoom(pod, key.get(), claim.get());
        allocated.add(
            new Allocated(key.get(), allocation.get(), !isLeftTo(pod, users(claim.get()))));
      } else {
        waiting.add(demand(key.get(), claim.get().getSpec().getDevices(), view));
      }
    }
    return new PodClaims(waiting, allocated, resources(pod, view));
  }

  private static ResourceDemand resources(Pod pod, ReadView view) throws Problem {
    try {
      return ResourceDemand.of(pod, view.resources(), view.view().features());
    } catch (UnusableClaim unusable) {
      throw problem(unusable);
    }
  }

  /** The claims without devices, with the one that the scheduler would make for the node. */
  List<ClaimDemand> waitingOn(Node node) {
    return Stream.concat(waiting.stream(), resources.on(node).stream()).toList();
  }

  private static Optional<ClaimKey> key(
      Pod pod, PodResourceClaim entry, ReadView view, Missing missing) throws Problem {
    String namespace = Objects.requireNonNullElse(pod.getMetadata().getNamespace(), "");
    if (entry.getResourceClaimName() != null) {
      return Optional.of(new ClaimKey(namespace, entry.getResourceClaimName()));
    }
    Optional<PodResourceClaimStatus> status =
        Optional.ofNullable(pod.getStatus()).stream()
            .flatMap(all -> all.getResourceClaimStatuses().stream())
            .filter(one -> Objects.equals(one.getName(), entry.getName()))
            .findFirst();
    if (status.isEmpty() && missing == Missing.IS_A_PROBLEM) {
      throw new Problem(
          WaitReason.CLAIM_MISSING,
          "the claim %s of the pod is not made from template %s yet: if it stays so, the template does not exist, or the pod's Event FailedResourceClaimCreation says more"
              .formatted(entry.getName(), entry.getResourceClaimTemplateName()));
    }
    return status.isEmpty()
        ? Optional.of(unused(namespace, pod.getMetadata().getName() + "-" + entry.getName(), view))
        : status
            .map(PodResourceClaimStatus::getResourceClaimName)
            .map(name -> new ClaimKey(namespace, name));
  }

  /**
   * As Kubernetes names claims that it makes: the name is the beginning if there is such a claim.
   */
  private static ClaimKey unused(String namespace, String name, ReadView view) {
    var key = new ClaimKey(namespace, name);
    while (view.claims().containsKey(key)) {
      key = new ClaimKey(namespace, key.name() + "-x");
    }
    return key;
  }

  private static ClaimDemand fromTemplate(
      Pod pod,
      PodResourceClaim entry,
      ClaimKey key,
      ReadView view,
      Missing missing,
      Map<String, ClaimDemand> known)
      throws Problem {
    if (missing == Missing.IS_A_PROBLEM || entry.getResourceClaimTemplateName() == null) {
      throw new Problem(WaitReason.CLAIM_MISSING, "claim %s does not exist".formatted(key));
    }
    ClaimDemand same = known.get(entry.getResourceClaimTemplateName());
    if (same != null) {
      return same.of(key);
    }
    String namespace = Objects.requireNonNullElse(pod.getMetadata().getNamespace(), "");
    ResourceClaimTemplate template =
        view.templates().get(new ClaimKey(namespace, entry.getResourceClaimTemplateName()));
    if (template == null) {
      throw new Problem(
          WaitReason.CLAIM_MISSING,
          "template %s of claims does not exist".formatted(entry.getResourceClaimTemplateName()));
    }
    ClaimDemand demand = demand(key, template.getSpec().getSpec().getDevices(), view);
    known.put(entry.getResourceClaimTemplateName(), demand);
    return demand;
  }

  private static ClaimDemand demand(ClaimKey key, DeviceClaim devices, ReadView view)
      throws Problem {
    if (devices == null) {
      return ClaimDemand.ofNothing(key);
    }
    if (TooLarge.is(devices)) {
      throw new Problem(
          WaitReason.UNKNOWN,
          "claim %s has more text than is looked at: use fewer requests or shorter expressions"
              .formatted(key));
    }
    try {
      return ClaimDemand.of(key, devices, view.classes(), view.view().features());
    } catch (UnusableClaim unusable) {
      throw problem(unusable);
    }
  }

  private static Problem problem(UnusableClaim unusable) {
    return new Problem(
        unusable.kind() == UnusableClaim.Kind.CLASS_MISSING
            ? WaitReason.CLASS_MISSING
            : WaitReason.CLAIM_FAILS,
        String.valueOf(unusable.getMessage()));
  }

  private static List<ResourceClaimConsumerReference> users(ResourceClaim claim) {
    return claim.getStatus().getReservedFor();
  }

  private static boolean is(Pod pod, ResourceClaimConsumerReference user) {
    return Objects.equals(user.getUid(), pod.getMetadata().getUid());
  }

  private static boolean isLeftTo(Pod pod, List<ResourceClaimConsumerReference> users) {
    return users.size() <= 1 && users.stream().allMatch(user -> is(pod, user));
  }

  private static void requireRoom(Pod pod, ClaimKey key, ResourceClaim claim) throws Problem {
    List<ResourceClaimConsumerReference> users = users(claim);
    boolean isUser = users.stream().anyMatch(user -> is(pod, user));
    if (users.size() >= MAX_USERS && !isUser) {
      throw new Problem(WaitReason.CLAIM_FULL, hasNoRoom(key));
    }
  }

  static String hasNoRoom(ClaimKey claim) {
    return "claim %s has %d users, which is the most that a claim can have"
        .formatted(claim, MAX_USERS);
  }
}
