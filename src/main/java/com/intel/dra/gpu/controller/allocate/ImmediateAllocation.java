package com.intel.dra.gpu.controller.allocate;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Refusal;
import com.intel.dra.gpu.allocation.SearchBudget;
import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.classic.ClaimStep;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.ParametersResolver;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.EventPublisher;
import com.intel.dra.gpu.controller.placing.AllocationMode;
import com.intel.dra.gpu.controller.placing.AllocationOutcome;
import com.intel.dra.gpu.controller.placing.ControllerMetrics;
import com.intel.dra.gpu.controller.placing.DeviceKindLabel;
import com.intel.dra.gpu.controller.placing.NodeAnswer;
import com.intel.dra.gpu.controller.placing.NodeState;
import com.intel.dra.gpu.controller.placing.NodeStates;
import com.intel.dra.gpu.controller.placing.NodeSuitability;
import com.intel.dra.gpu.controller.placing.PendingClaim;
import com.intel.dra.gpu.controller.placing.PodClaimLimit;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Allocates claims that wait for no pod on the best of all nodes. Blocks. */
@Singleton
@IfBuildProfile("controller")
public class ImmediateAllocation {

  private static final int MAX_CLAIMS_NAMED = 3;

  /**
   * How many nodes one attempt tries at most, if nodes that seemed best are taken meanwhile. The
   * attempt is repeated, and when the informer shows these nodes as they are, others are tried.
   */
  private static final int MAX_NODES_TRIED = 8;

  private final ClusterView view;
  private final ApiServer api;
  private final ParametersResolver resolver;
  private final NodeStates states;
  private final NodeSuitability suitability;
  private final AllocationPipeline pipeline;
  private final EventPublisher events;
  private final ControllerMetrics metrics;

  public ImmediateAllocation(
      ClusterView view,
      ApiServer api,
      ParametersResolver resolver,
      NodeStates states,
      NodeSuitability suitability,
      AllocationPipeline pipeline,
      EventPublisher events,
      ControllerMetrics metrics) {
    this.view = view;
    this.api = api;
    this.resolver = resolver;
    this.states = states;
    this.suitability = suitability;
    this.pipeline = pipeline;
    this.events = events;
    this.metrics = metrics;
  }

  /**
   * Tries the best node, and the next best if another claim has taken the free devices meanwhile.
   * If no node is left, an Event on the claim says why. Claims that were made for the same pod are
   * allocated with it, or none of them is.
   *
   * @return empty while the claim has to wait for other claims of its pod
   */
  public Optional<AllocationOutcome> allocate(PendingClaim claim) {
    metrics.waiting(claim.uid());
    return switch (ImmediateGroup.of(claim, view, api, resolver)) {
      case ImmediateGroup.Whole group -> Optional.of(allocate(claim, group));
      case ImmediateGroup.NotMade _ -> Optional.empty();
      case ImmediateGroup.Waiting waiting -> {
        events.warn(claim.claim(), EventReason.WAITS_FOR_OTHER_CLAIM, message(waiting));
        yield Optional.empty();
      }
      case ImmediateGroup.TooMany tooMany -> {
        events.warn(
            tooMany.pod().<HasMetadata>map(pod -> pod).orElse(claim.claim()),
            EventReason.TOO_MANY_CLAIMS,
            PodClaimLimit.tooMany(
                Claims.controllingPod(claim.claim()).map(OwnerReference::getName).orElseThrow(),
                tooMany.claims()));
        yield Optional.empty();
      }
    };
  }

  private AllocationOutcome allocate(PendingClaim claim, ImmediateGroup.Whole group) {
    List<DeviceRequest> requests =
        group.claims().stream().map(PendingClaim::deviceRequest).toList();
    Map<String, NodeState> nodes =
        states
            .all()
            .filter(node -> group.node().isEmpty() || group.node().get().equals(node.name()))
            .collect(Collectors.toMap(NodeState::name, Function.identity()));
    var budget = new SearchBudget();
    List<PendingClaim> claims = group.claims();
    for (int attempts = 0; attempts < MAX_NODES_TRIED; attempts++) {
      switch (suitability.choose(nodes.values(), requests, budget)) {
        case Refusal refusal -> {
          return refused(claim, group, refusal);
        }
        case Placement best -> {
          AllocationOutcome outcome =
              pipeline.allocateAndWait(
                  AllocationMode.IMMEDIATE, best.nodeName(), claims, Optional.empty());
          if (outcome instanceof AllocationOutcome.Allocated) {
            group
                .claims()
                .forEach(given -> metrics.waitIsOver(AllocationMode.IMMEDIATE, given.uid()));
          }
          if (!(outcome instanceof AllocationOutcome.Refused)) {
            return outcome;
          }
          nodes.remove(best.nodeName());
          claims = claims.stream().map(this::asWritten).toList();
        }
      }
    }
    return new AllocationOutcome.Outdated();
  }

  /** The claim as the attempt on the node before left it, with our finalizer. */
  private PendingClaim asWritten(PendingClaim pending) {
    ObjectMeta meta = pending.claim().getMetadata();
    return view.claims
        .get(meta.getNamespace(), meta.getName())
        .filter(now -> Claims.uid(now).equals(pending.uid()))
        .filter(now -> ClaimStep.of(now) instanceof ClaimStep.AllocateNow)
        .map(now -> new PendingClaim(now, pending.request()))
        .orElse(pending);
  }

  private AllocationOutcome refused(
      PendingClaim claim, ImmediateGroup.Whole group, Refusal refusal) {
    metrics.allocation(
        AllocationMode.IMMEDIATE,
        DeviceKindLabel.asked(group.claims()),
        ControllerMetrics.AllocationResult.REFUSED);
    events.warn(claim.claim(), EventReason.NO_SUITABLE_NODE, message(group, refusal));
    return new AllocationOutcome.Refused(NodeAnswer.refused(refusal));
  }

  private static String message(ImmediateGroup.Waiting group) {
    int others = group.unknown().size() - MAX_CLAIMS_NAMED;
    return "the pod's immediate claims are allocated together; this claim waits for "
        + group.unknown().stream().limit(MAX_CLAIMS_NAMED).collect(Collectors.joining(", "))
        + (others > 0 ? " and " + others + " more" : "");
  }

  private static String message(ImmediateGroup.Whole group, Refusal refusal) {
    return group
        .node()
        .map(
            node ->
                refusal.message()
                    + "; only node "
                    + node
                    + " is considered, because other claims of the pod are on it")
        .orElse(refusal.message());
  }
}
