package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.PodClaims;
import com.intel.dra.gpu.classic.TestingObjects;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContextBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimSchedulingStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Does what kube-scheduler 1.27 to 1.30 does for pods with claims, one write at a time. */
final class TestingScheduler {

  private final FakeCluster cluster;
  private final Supplier<Set<String>> nodes;
  private final Function<List<String>, String> preference;

  /**
   * @param nodes the names of the existing nodes
   * @param preference chooses one of several nodes
   */
  TestingScheduler(
      FakeCluster cluster, Supplier<Set<String>> nodes, Function<List<String>, String> preference) {
    this.cluster = cluster;
    this.nodes = nodes;
    this.preference = preference;
  }

  /** Returns the waiting pods, the oldest first. */
  List<Pod> waiting() {
    return cluster
        .list(Pod.class)
        .filter(pod -> !Pods.isBound(pod))
        .sorted(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()))
        .toList();
  }

  /**
   * @return whether there was anything to do for that pod
   */
  boolean act(Pod pod) {
    List<ResourceClaim> claims = Pods.claims(cluster, pod);
    if (!Pods.hasAllClaims(cluster, pod)
        || claims.stream()
            .anyMatch(
                claim -> Claims.isBeingDeleted(claim) || Claims.isDeallocationRequested(claim))) {
      return false;
    }
    var candidates = new TreeSet<>(nodes.get());
    claims.stream()
        .flatMap(claim -> Claims.allocation(claim).stream())
        .forEach(
            allocation ->
                candidates.retainAll(
                    AllocationResults.node(allocation).map(Set::of).orElse(Set.of())));
    Map<String, ResourceClaim> pending = pending(pod);
    if (pending.values().stream().anyMatch(Claims::isImmediate)) {
      return false;
    }
    if (pending.isEmpty()) {
      return candidates.isEmpty()
          ? freeOne(pod, claims)
          : reserve(pod, claims) || bind(pod, candidates.first());
    }
    return negotiate(pod, claims, pending.keySet(), candidates);
  }

  /** The claims that are not allocated, by their name in the pod. */
  private Map<String, ResourceClaim> pending(Pod pod) {
    var pending = new LinkedHashMap<String, ResourceClaim>();
    for (PodClaims.Reference reference : PodClaims.of(pod)) {
      cluster
          .read(ResourceClaim.class, pod.getMetadata().getNamespace(), reference.claimName())
          .filter(claim -> Claims.allocation(claim).isEmpty())
          .ifPresent(claim -> pending.put(reference.podClaimName(), claim));
    }
    return pending;
  }

  private boolean negotiate(
      Pod pod, List<ResourceClaim> claims, Set<String> pending, TreeSet<String> candidates) {
    Optional<PodSchedulingContext> context =
        cluster.read(
            PodSchedulingContext.class,
            pod.getMetadata().getNamespace(),
            pod.getMetadata().getName());
    if (context.isEmpty()) {
      @Nullable String selected =
          pending.size() == 1 && !candidates.isEmpty() ? choose(candidates) : null;
      PodSchedulingContext created =
          TestingObjects.context(pod, selected, candidates.toArray(String[]::new));
      cluster.created(created);
      return true;
    }
    if (!Claims.isControlledBy(context.get(), pod.getMetadata())) {
      return false; // belongs to an earlier pod of that name, and is about to be deleted
    }
    List<ResourceClaimSchedulingStatus> answers =
        context.get().getStatus() == null
            ? List.of()
            : context.get().getStatus().getResourceClaims();
    var suitable = new TreeSet<>(candidates);
    answers.stream()
        .filter(answer -> pending.contains(answer.getName()))
        .forEach(answer -> suitable.removeAll(answer.getUnsuitableNodes()));
    boolean answered =
        answers.stream()
            .map(ResourceClaimSchedulingStatus::getName)
            .collect(Collectors.toSet())
            .containsAll(pending);
    @Nullable String selected = context.get().getSpec().getSelectedNode();
    if (selected != null && suitable.contains(selected)) {
      return false; // the driver is about to allocate there
    }
    if (suitable.isEmpty()) {
      return write(context.get(), null, candidates) || freeOne(pod, claims);
    }
    return write(
        context.get(), pending.size() == 1 || answered ? choose(suitable) : null, candidates);
  }

  private String choose(Set<String> suitable) {
    return preference.apply(List.copyOf(suitable));
  }

  private boolean write(
      PodSchedulingContext context, @Nullable String selected, Set<String> potential) {
    var changed =
        new PodSchedulingContextBuilder(context)
            .editSpec()
            .withSelectedNode(selected)
            .withPotentialNodes(new ArrayList<>(potential))
            .endSpec()
            .build();
    boolean differs = !changed.equals(context);
    if (differs) {
      cluster.edit(context, _ -> changed);
    }
    return differs;
  }

  /**
   * Requests a deallocation when no node suits, because the reason may be the node of a claim that
   * only this pod uses.
   */
  private boolean freeOne(Pod pod, List<ResourceClaim> claims) {
    Optional<ResourceClaim> free =
        claims.stream()
            .filter(claim -> Claims.allocation(claim).isPresent() && !Claims.isImmediate(claim))
            .filter(
                claim ->
                    Pods.consumers(claim).stream()
                        .allMatch(user -> user.getUid().equals(pod.getMetadata().getUid())))
            .findFirst();
    free.ifPresent(claim -> cluster.edit(claim, known -> Pods.reservedOnlyFor(known, List.of())));
    return free.isPresent();
  }

  private boolean reserve(Pod pod, List<ResourceClaim> claims) {
    Optional<ResourceClaim> open =
        claims.stream().filter(claim -> !Pods.isReservedFor(claim, pod)).findFirst();
    open.ifPresent(claim -> cluster.edit(claim, known -> TestingObjects.reservedFor(known, pod)));
    return open.isPresent();
  }

  private boolean bind(Pod pod, String node) {
    cluster.edit(pod, known -> Pods.bound(known, node));
    cluster
        .read(
            PodSchedulingContext.class,
            pod.getMetadata().getNamespace(),
            pod.getMetadata().getName())
        .ifPresent(cluster::delete);
    return true;
  }

  /** Returns the answer that the scheduler got, for tests that check it. */
  static Set<String> unsuitable(PodSchedulingContext context) {
    var nodes = new HashSet<String>();
    if (context.getStatus() != null) {
      context
          .getStatus()
          .getResourceClaims()
          .forEach(answer -> nodes.addAll(answer.getUnsuitableNodes()));
    }
    return nodes;
  }
}
