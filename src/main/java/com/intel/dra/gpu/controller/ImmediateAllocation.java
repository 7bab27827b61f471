package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.NodeRanking;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.controller.NodeAnswer.Unsuitable;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Allocates a claim that waits for no pod: on the best of all nodes. Blocks. */
@Singleton
@IfBuildProfile("controller")
class ImmediateAllocation {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final String MODE = "immediate";

  private final ClusterView view;
  private final Judge judge;
  private final AllocationPipeline pipeline;
  private final EventPublisher events;
  private final ControllerMetrics metrics;

  ImmediateAllocation(
      ClusterView view,
      Judge judge,
      AllocationPipeline pipeline,
      EventPublisher events,
      ControllerMetrics metrics) {
    this.view = view;
    this.judge = judge;
    this.pipeline = pipeline;
    this.events = events;
    this.metrics = metrics;
  }

  /**
   * Tries the suitable nodes, the best first: another claim may take what was free a moment ago.
   * When none is left, an Event on the claim says why.
   */
  AllocationOutcome allocate(PendingClaim claim) {
    var unsuitable = new LinkedHashMap<String, Unsuitable>();
    for (String node : suitableNodes(claim, unsuitable)) {
      AllocationOutcome outcome =
          pipeline
              .allocate(node, List.of(claim), Optional.empty())
              .onFailure()
              .invoke(_ -> metrics.allocation(MODE, "error"))
              .await()
              .atMost(TIMEOUT);
      switch (outcome) {
        case AllocationOutcome.Allocated _ -> {
          metrics.allocation(MODE, "allocated");
          return outcome;
        }
        case AllocationOutcome.Busy _ -> {
          return outcome;
        }
        case AllocationOutcome.Refused refused -> unsuitable.put(node, refused.answer());
      }
    }
    metrics.allocation(MODE, "refused");
    String why =
        unsuitable.isEmpty()
            ? "no node has a GpuAllocationState, no node agent runs"
            : UnsuitableNodes.why(unsuitable);
    events.warn(claim.claim(), "NoSuitableNode", "no node suits the claim: " + why);
    return new AllocationOutcome.Refused(new Unsuitable("no_suitable_node", why));
  }

  private List<String> suitableNodes(PendingClaim claim, Map<String, Unsuitable> unsuitable) {
    DeviceRequest request = Inventories.request(claim.uid(), claim.request());
    record Candidate(String node, NodeRanking ranking) {}
    var candidates = new ArrayList<Candidate>();
    List<GpuAllocationState> states = view.nodes.list().toList();
    for (GpuAllocationState state : states) {
      String node = state.getMetadata().getName();
      switch (judge.judge(Optional.of(state), List.of(request))) {
        case NodeAnswer.Suitable suitable ->
            candidates.add(
                new Candidate(node, NodeRanking.of(Inventories.of(state), suitable.placement())));
        case Unsuitable answer -> unsuitable.put(node, answer);
      }
    }
    return candidates.stream()
        .sorted(Comparator.comparing(Candidate::ranking).thenComparing(Candidate::node))
        .map(Candidate::node)
        .toList();
  }
}
