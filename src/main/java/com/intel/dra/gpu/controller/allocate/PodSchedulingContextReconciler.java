package com.intel.dra.gpu.controller.allocate;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.SearchBudget;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.ParametersResolver;
import com.intel.dra.gpu.classic.PodClaims;
import com.intel.dra.gpu.classic.SchedulingStatuses;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import com.intel.dra.gpu.controller.cluster.WatchedResources;
import com.intel.dra.gpu.controller.cluster.WithoutUnusedFields;
import com.intel.dra.gpu.controller.placing.AllocationMode;
import com.intel.dra.gpu.controller.placing.AllocationOutcome;
import com.intel.dra.gpu.controller.placing.ControllerMetrics;
import com.intel.dra.gpu.controller.placing.DeviceKindLabel;
import com.intel.dra.gpu.controller.placing.NodeAnswer.Unsuitable;
import com.intel.dra.gpu.controller.placing.NodeStates;
import com.intel.dra.gpu.controller.placing.NodeSuitability;
import com.intel.dra.gpu.controller.placing.PendingClaim;
import com.intel.dra.gpu.controller.placing.PodClaimLimit;
import com.intel.dra.gpu.controller.placing.PodDemand;
import com.intel.dra.gpu.controller.placing.RejectedSelections;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelector;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.ManagedInformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.quarkus.arc.profile.IfBuildProfile;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Negotiates with the scheduler for one pod: reports the potential nodes that do not suit its
 * claims, and allocates the claims once a node is selected.
 */
@ControllerConfiguration(
    name = "scheduling-context",
    informer =
        @Informer(
            namespaces = Constants.WATCH_ALL_NAMESPACES,
            informerListLimit = WithoutUnusedFields.PAGE),
    generationAwareEventProcessing = false)
@GradualRetry(maxAttempts = -1, initialInterval = 200, intervalMultiplier = 2, maxInterval = 30_000)
@IfBuildProfile("controller")
public class PodSchedulingContextReconciler implements Reconciler<PodSchedulingContext> {

  private static final Duration SOON = Duration.ofMillis(100);

  private final ClusterView view;
  private final ApiServer api;
  private final ParametersResolver resolver;
  private final NodeStates states;
  private final NodeSuitability suitability;
  private final AllocationPipeline pipeline;
  private final UnsuitableNodes unsuitableNodes;
  private final RejectedSelections rejected;
  private final ControllerMetrics metrics;
  private final ReconcilerTriggers triggers;

  public PodSchedulingContextReconciler(
      ClusterView view,
      ApiServer api,
      ParametersResolver resolver,
      NodeStates states,
      NodeSuitability suitability,
      AllocationPipeline pipeline,
      UnsuitableNodes unsuitableNodes,
      RejectedSelections rejected,
      ControllerMetrics metrics,
      ReconcilerTriggers triggers) {
    this.view = view;
    this.api = api;
    this.resolver = resolver;
    this.states = states;
    this.suitability = suitability;
    this.pipeline = pipeline;
    this.unsuitableNodes = unsuitableNodes;
    this.rejected = rejected;
    this.metrics = metrics;
    this.triggers = triggers;
  }

  @Override
  public List<EventSource<?, PodSchedulingContext>> prepareEventSources(
      EventSourceContext<PodSchedulingContext> context) {
    WatchedResources.feed(
        view.schedulingContexts,
        (ManagedInformerEventSource<PodSchedulingContext, ?, ?>) context.getPrimaryCache());
    var pods =
        new InformerEventSource<Pod, PodSchedulingContext>(
            InformerEventSourceConfiguration.from(Pod.class, PodSchedulingContext.class)
                .withName("pending-pods")
                .withInformerListLimit(WithoutUnusedFields.PAGE)
                .withFieldSelector(new FieldSelector(new FieldSelector.Field("spec.nodeName", "")))
                .withSecondaryToPrimaryMapper(pod -> Set.of(ResourceID.fromResource(pod)))
                // a pod that is bound or gone needs no answer
                .withOnDeleteFilter((pod, unknown) -> false)
                .build(),
            context);
    WatchedResources.feed(view.pendingPods, pods);
    return List.of(pods, triggers.schedulingContexts);
  }

  @Override
  public UpdateControl<PodSchedulingContext> reconcile(
      PodSchedulingContext context, Context<PodSchedulingContext> josdk) {
    return look(context)
        ? UpdateControl.noUpdate()
        : UpdateControl.<PodSchedulingContext>noUpdate().rescheduleAfter(SOON);
  }

  /**
   * @return false if the context is to be checked again soon; otherwise nothing is left to do until
   *     something changes
   */
  private boolean look(PodSchedulingContext context) {
    if (!view.isComplete()) {
      return false;
    }
    Optional<String> selectedNode = SchedulingStatuses.selectedNode(context);
    Set<String> nodes = new LinkedHashSet<>(context.getSpec().getPotentialNodes());
    selectedNode.ifPresent(nodes::add);
    if (nodes.isEmpty()) {
      return true;
    }
    Optional<Pod> pod = podOf(context);
    if (pod.isEmpty()) {
      return true;
    }
    Optional<PodDemand> demand = PodDemand.of(pod.get(), view, resolver);
    if (demand.isEmpty() || demand.get().isEmpty()) {
      return true;
    }
    if (PodClaimLimit.areTooMany(demand.get().podClaimNames().size())) {
      unsuitableNodes.explainTooMany(pod.get(), demand.get());
      return true;
    }
    nodes.addAll(SchedulingStatuses.unsuitableBefore(context, demand.get().podClaimNames()));
    if (rejected.contains(context, demand.get().distinctClaims())) {
      return true;
    }
    metrics.waiting(context.getMetadata().getUid());
    return selectedNode.isPresent() && demand.get().unplaceable().isEmpty()
        ? allocate(context, pod.get(), demand.get(), selectedNode.get(), nodes)
        : answer(context, pod.get(), demand.get(), nodes, judgeAll(demand.get(), nodes));
  }

  private boolean allocate(
      PodSchedulingContext context,
      Pod pod,
      PodDemand demand,
      String selectedNode,
      Set<String> nodes) {
    AllocationOutcome outcome =
        pipeline.allocateAndWait(
            AllocationMode.DELAYED,
            selectedNode,
            demand.distinctClaims(),
            Optional.of(pod.getMetadata()));
    return switch (outcome) {
      case AllocationOutcome.Allocated _ -> {
        metrics.waitIsOver(AllocationMode.DELAYED, context.getMetadata().getUid());
        yield true;
      }
      case AllocationOutcome.Busy _, AllocationOutcome.Outdated _ -> false;
      case AllocationOutcome.Refused refused -> {
        metrics.allocation(
            AllocationMode.DELAYED,
            DeviceKindLabel.asked(demand.distinctClaims()),
            ControllerMetrics.AllocationResult.REFUSED);
        Map<String, Unsuitable> answers = judgeAll(demand, nodes);
        answers.put(selectedNode, refused.answer());
        yield answer(context, pod, demand, nodes, answers);
      }
    };
  }

  /** Returns the nodes that do not suit the placeable claims, each with its reason. */
  private Map<String, Unsuitable> judgeAll(PodDemand demand, Collection<String> nodes) {
    List<DeviceRequest> requests =
        demand.distinctClaims().stream().map(PendingClaim::deviceRequest).toList();
    var unsuitable = new LinkedHashMap<String, Unsuitable>();
    if (requests.isEmpty()) {
      return unsuitable;
    }
    var budget = new SearchBudget();
    for (String node : nodes) {
      if (suitability.judge(states.named(node), requests, budget) instanceof Unsuitable answer) {
        unsuitable.put(node, answer);
      }
    }
    return unsuitable;
  }

  /**
   * Writes the answer if it differs from the present one. No node suits a claim with unusable
   * parameters; the scheduler then waits until they are corrected.
   */
  private boolean answer(
      PodSchedulingContext context,
      Pod pod,
      PodDemand demand,
      Set<String> nodes,
      Map<String, Unsuitable> unsuitable) {
    var lists = new HashMap<String, Collection<String>>();
    demand.placeable().keySet().forEach(name -> lists.put(name, unsuitable.keySet()));
    demand.unplaceable().forEach(name -> lists.put(name, nodes));
    unsuitableNodes.explain(context, pod, demand, unsuitable);
    Optional<PodSchedulingContext> changed = SchedulingStatuses.withUnsuitableNodes(context, lists);
    if (changed.isEmpty()) {
      return true;
    }
    unsuitable.values().forEach(answer -> metrics.unsuitableNode(answer.reason()));
    return unsuitableNodes.write(changed.get());
  }

  /**
   * Returns the pod that the context belongs to. A pod that was bound by hand is not among the
   * pending pods, so it is read from the API server. After such a pod has ended, its context still
   * exists and its selected node never changes; if claims were allocated for it again after a
   * deallocation, that would never end.
   */
  private Optional<Pod> podOf(PodSchedulingContext context) {
    String namespace = context.getMetadata().getNamespace();
    String name = context.getMetadata().getName();
    return view.pendingPodOf(context)
        .or(
            () ->
                ClusterView.mayBeScheduledByHand(context) && view.hasDelayedClaimsIn(namespace)
                    ? api.read(Pod.class, namespace, name)
                    : Optional.empty())
        .filter(pod -> !PodClaims.isOver(pod))
        .filter(pod -> Claims.isControlledBy(context, pod.getMetadata()));
  }
}
