package com.intel.dra.gpu.controller.allocate;

import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.classic.SchedulingStatuses;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.EventPublisher;
import com.intel.dra.gpu.controller.placing.NodeAnswer.Unsuitable;
import com.intel.dra.gpu.controller.placing.PodClaimLimit;
import com.intel.dra.gpu.controller.placing.PodDemand;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reports which nodes do not suit a pod: to the scheduler in the context's status, and to users in
 * an Event.
 */
@Singleton
@IfBuildProfile("controller")
public class UnsuitableNodes {

  private static final int MAX_NODES_NAMED = 3;

  private final ApiServer api;
  private final ClusterView view;
  private final EventPublisher events;

  public UnsuitableNodes(ApiServer api, ClusterView view, EventPublisher events) {
    this.api = api;
    this.view = view;
    this.events = events;
  }

  /**
   * Writes the status under the resourceVersion on which the answer was decided. Blocks.
   *
   * @return false if the context was changed meanwhile: decide again
   */
  boolean write(PodSchedulingContext changed) {
    return switch (api.updateStatus(changed)) {
      case Outcome.Written<PodSchedulingContext>(PodSchedulingContext written) -> {
        view.schedulingContexts.remember(changed, written);
        yield true;
      }
      case Outcome.Gone<PodSchedulingContext> _ -> true;
      case Outcome.Conflict<PodSchedulingContext> _ -> false;
    };
  }

  /**
   * Publishes an Event on the pod if none of the potential nodes suits. A pod that was bound by
   * hand has only one node, the selected one.
   */
  void explain(
      PodSchedulingContext context, Pod pod, PodDemand demand, Map<String, Unsuitable> unsuitable) {
    List<String> potential =
        context.getSpec().getPotentialNodes().isEmpty()
            ? SchedulingStatuses.selectedNode(context).stream().toList()
            : context.getSpec().getPotentialNodes();
    if (demand.placeable().isEmpty()
        || potential.isEmpty()
        || !unsuitable.keySet().containsAll(potential)) {
      return;
    }
    String claims =
        demand.distinctClaims().stream()
            .map(claim -> claim.claim().getMetadata().getName())
            .sorted()
            .collect(Collectors.joining(", "));
    events.warn(
        pod,
        EventReason.NO_SUITABLE_NODE,
        "no node suits the claims (%s): %s".formatted(claims, why(unsuitable)));
  }

  /** Publishes an Event on a pod that has too many claims; no node is checked for such a pod. */
  void explainTooMany(Pod pod, PodDemand demand) {
    events.warn(
        pod,
        EventReason.TOO_MANY_CLAIMS,
        PodClaimLimit.tooMany(pod.getMetadata().getName(), demand.podClaimNames().size()));
  }

  /** Puts nodes with the same reason into one sentence. */
  private static String why(Map<String, Unsuitable> unsuitable) {
    Map<String, List<String>> nodesByMessage =
        unsuitable.entrySet().stream()
            .collect(
                Collectors.groupingBy(
                    entry -> entry.getValue().message(),
                    TreeMap::new,
                    Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
    return nodesByMessage.entrySet().stream()
        .map(entry -> nodes(entry.getValue()) + ": " + entry.getKey())
        .collect(Collectors.joining("; "));
  }

  private static String nodes(List<String> names) {
    String named = names.stream().sorted().limit(MAX_NODES_NAMED).collect(Collectors.joining(", "));
    int others = names.size() - MAX_NODES_NAMED;
    return others > 0 ? named + " and " + others + " more" : named;
  }
}
