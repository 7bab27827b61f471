package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Refusal;
import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.claim.ParametersResolver;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Allocates claims that wait for no pod: on the best of all nodes. Blocks. */
@Singleton
@IfBuildProfile("controller")
class ImmediateAllocation {

  private final ClusterView view;
  private final ApiServer api;
  private final ParametersResolver resolver;
  private final NodeStates states;
  private final Judge judge;
  private final AllocationPipeline pipeline;
  private final EventPublisher events;
  private final ControllerMetrics metrics;

  ImmediateAllocation(
      ClusterView view,
      ApiServer api,
      ParametersResolver resolver,
      NodeStates states,
      Judge judge,
      AllocationPipeline pipeline,
      EventPublisher events,
      ControllerMetrics metrics) {
    this.view = view;
    this.api = api;
    this.resolver = resolver;
    this.states = states;
    this.judge = judge;
    this.pipeline = pipeline;
    this.events = events;
    this.metrics = metrics;
  }

  /**
   * Tries the best node, and the next best if another claim took what was free a moment ago. When
   * none is left, an Event on the claim says why. What was made for the same pod is allocated with
   * it, or not at all.
   *
   * @return empty while not all of the pod's claims are made: the last one has them all allocated
   */
  Optional<AllocationOutcome> allocate(PendingClaim claim) {
    metrics.waiting(claim.uid());
    ImmediateGroup group = ImmediateGroup.of(claim, view, api, resolver);
    return group.isWhole() ? Optional.of(allocate(claim, group)) : Optional.empty();
  }

  private AllocationOutcome allocate(PendingClaim claim, ImmediateGroup group) {
    List<DeviceRequest> requests =
        group.claims().stream().map(PendingClaim::deviceRequest).toList();
    Map<String, NodeState> nodes =
        states
            .all()
            .filter(node -> group.node().isEmpty() || group.node().get().equals(node.name()))
            .collect(Collectors.toMap(NodeState::name, Function.identity()));
    while (true) {
      switch (judge.choose(nodes.values(), requests)) {
        case Refusal refusal -> {
          return refused(claim, group, refusal);
        }
        case Placement best -> {
          AllocationOutcome outcome =
              pipeline.allocateAndWait(
                  AllocationMode.IMMEDIATE, best.nodeName(), group.claims(), Optional.empty());
          if (outcome instanceof AllocationOutcome.Allocated) {
            group
                .claims()
                .forEach(given -> metrics.waitIsOver(AllocationMode.IMMEDIATE, given.uid()));
          }
          if (!(outcome instanceof AllocationOutcome.Refused)) {
            return outcome;
          }
          nodes.remove(best.nodeName());
        }
      }
    }
  }

  private AllocationOutcome refused(PendingClaim claim, ImmediateGroup group, Refusal refusal) {
    metrics.allocation(
        AllocationMode.IMMEDIATE,
        DeviceKinds.asked(group.claims()),
        ControllerMetrics.AllocationResult.REFUSED);
    events.warn(claim.claim(), EventReason.NO_SUITABLE_NODE, message(group, refusal));
    return new AllocationOutcome.Refused(NodeAnswer.refused(refusal));
  }

  private static String message(ImmediateGroup group, Refusal refusal) {
    return group
        .node()
        .map(
            node ->
                refusal.message() + "; only " + node + " counts, where other claims of the pod are")
        .orElse(refusal.message());
  }
}
