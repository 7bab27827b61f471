package com.intel.dra.gpu.classic;

import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContextBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContextSpec;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimSchedulingStatus;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaimSchedulingStatusBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The {@code status.resourceClaims} of a PodSchedulingContext, with which a driver answers the
 * scheduler.
 */
public final class SchedulingStatuses {

  /** The longest allowed list of unsuitable nodes (PodSchedulingNodeListMaxSize of v1alpha2). */
  public static final int MAX_UNSUITABLE_NODES = 128;

  private SchedulingStatuses() {}

  /**
   * The context with these lists; empty if it already has them. Entries of claims that are not
   * named (other drivers') stay unchanged. Lists are sorted, so that the same answer gives the same
   * object, and cut at the API's limit: potential nodes are cut last.
   *
   * @param unsuitableNodes by the claim's name in the pod
   */
  public static Optional<PodSchedulingContext> withUnsuitableNodes(
      PodSchedulingContext context, Map<String, ? extends Collection<String>> unsuitableNodes) {
    List<ResourceClaimSchedulingStatus> before =
        context.getStatus() == null ? List.of() : context.getStatus().getResourceClaims();
    var after = new ArrayList<>(before);
    unsuitableNodes.forEach(
        (podClaimName, nodes) -> {
          var entry =
              new ResourceClaimSchedulingStatusBuilder()
                  .withName(podClaimName)
                  .withUnsuitableNodes(withinLimit(nodes, context.getSpec()))
                  .build();
          int index = indexOf(after, podClaimName);
          if (index < 0) {
            after.add(entry);
          } else {
            after.set(index, entry);
          }
        });
    if (after.equals(before)) {
      return Optional.empty();
    }
    return Optional.of(
        new PodSchedulingContextBuilder(context)
            .editOrNewStatus()
            .withResourceClaims(after)
            .endStatus()
            .build());
  }

  /** The node on which the pod's claims must be allocated, once one is selected. */
  public static Optional<String> selectedNode(PodSchedulingContext context) {
    return Optional.ofNullable(context.getSpec().getSelectedNode()).filter(node -> !node.isEmpty());
  }

  /**
   * The nodes that were reported as unsuitable for these claims before. They must be judged and
   * reported again: the scheduler considers a node that is not in the list as possibly suitable,
   * and if more nodes might run a pod than it examines at once, it would propose the same ones in
   * turns forever.
   *
   * @param podClaimNames the claims' names in the pod
   */
  public static Set<String> unsuitableBefore(
      PodSchedulingContext context, Collection<String> podClaimNames) {
    return context.getStatus() == null
        ? Set.of()
        : context.getStatus().getResourceClaims().stream()
            .filter(claim -> podClaimNames.contains(claim.getName()))
            .flatMap(claim -> claim.getUnsuitableNodes().stream())
            .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The selected node is never cut off, because the scheduler waits for the answer about it. */
  private static List<String> withinLimit(
      Collection<String> nodes, PodSchedulingContextSpec scheduling) {
    Set<String> potential = Set.copyOf(scheduling.getPotentialNodes());
    Comparator<String> selectedFirst =
        Comparator.comparing(node -> !node.equals(scheduling.getSelectedNode()));
    return nodes.stream()
        .distinct()
        .sorted(
            selectedFirst
                .thenComparing(node -> !potential.contains(node))
                .thenComparing(Comparator.naturalOrder()))
        .limit(MAX_UNSUITABLE_NODES)
        .sorted()
        .toList();
  }

  private static int indexOf(List<ResourceClaimSchedulingStatus> statuses, String podClaimName) {
    for (int i = 0; i < statuses.size(); i++) {
      if (statuses.get(i).getName().equals(podClaimName)) {
        return i;
      }
    }
    return -1;
  }
}
