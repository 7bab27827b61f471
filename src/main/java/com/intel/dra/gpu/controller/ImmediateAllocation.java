package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Refusal;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Allocates a claim that waits for no pod: on the best of all nodes. Blocks. */
@Singleton
@IfBuildProfile("controller")
class ImmediateAllocation {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final String MODE = "immediate";

  private final NodeStates states;
  private final Judge judge;
  private final AllocationPipeline pipeline;
  private final EventPublisher events;
  private final ControllerMetrics metrics;

  ImmediateAllocation(
      NodeStates states,
      Judge judge,
      AllocationPipeline pipeline,
      EventPublisher events,
      ControllerMetrics metrics) {
    this.states = states;
    this.judge = judge;
    this.pipeline = pipeline;
    this.events = events;
    this.metrics = metrics;
  }

  /**
   * Tries the best node, and the next best if another claim took what was free a moment ago. When
   * none is left, an Event on the claim says why.
   */
  AllocationOutcome allocate(PendingClaim claim) {
    DeviceRequest request = Inventories.request(claim.uid(), claim.request());
    Map<String, NodeState> nodes =
        states.all().collect(Collectors.toMap(NodeState::name, Function.identity()));
    while (true) {
      switch (judge.choose(nodes.values(), request)) {
        case Refusal refusal -> {
          return refused(claim, refusal);
        }
        case Placement best -> {
          AllocationOutcome outcome = allocate(claim, best.nodeName());
          if (!(outcome instanceof AllocationOutcome.Refused)) {
            return outcome;
          }
          nodes.remove(best.nodeName());
        }
      }
    }
  }

  private AllocationOutcome allocate(PendingClaim claim, String node) {
    AllocationOutcome outcome =
        pipeline
            .allocate(node, List.of(claim), Optional.empty())
            .onFailure()
            .invoke(_ -> metrics.allocation(MODE, "error"))
            .await()
            .atMost(TIMEOUT);
    if (outcome instanceof AllocationOutcome.Allocated) {
      metrics.allocation(MODE, "allocated");
    }
    return outcome;
  }

  private AllocationOutcome refused(PendingClaim claim, Refusal refusal) {
    metrics.allocation(MODE, "refused");
    events.warn(claim.claim(), UnsuitableNodes.REASON, refusal.message());
    return new AllocationOutcome.Refused(NodeAnswer.refused(refusal));
  }
}
