package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.SearchBudget;
import com.intel.dra.gpu.claim.Claims;
import com.intel.dra.gpu.claim.ParametersResolver;
import com.intel.dra.gpu.claim.PodClaims;
import com.intel.dra.gpu.claim.SchedulingStatuses;
import com.intel.dra.gpu.controller.NodeAnswer.Unsuitable;
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
 * Talks with the scheduler about one pod: tells which of the potential nodes do not suit its
 * claims, and allocates the claims once a node is selected.
 */
@ControllerConfiguration(
    name = "scheduling-context",
    informer =
        @Informer(
            namespaces = Constants.WATCH_ALL_NAMESPACES,
            informerListLimit = OnlyWhatIsUsed.PAGE),
    generationAwareEventProcessing = false)
@GradualRetry(maxAttempts = -1, initialInterval = 200, intervalMultiplier = 2, maxInterval = 30_000)
@IfBuildProfile("controller")
class PodSchedulingContextReconciler implements Reconciler<PodSchedulingContext> {

  private static final Duration SOON = Duration.ofMillis(100);

  private final ClusterView view;
  private final ApiServer api;
  private final ParametersResolver resolver;
  private final NodeStates states;
  private final Judge judge;
  private final AllocationPipeline pipeline;
  private final UnsuitableNodes unsuitableNodes;
  private final RejectedSelections rejected;
  private final ControllerMetrics metrics;
  private final Wakeups wakeups;

  PodSchedulingContextReconciler(
      ClusterView view,
      ApiServer api,
      ParametersResolver resolver,
      NodeStates states,
      Judge judge,
      AllocationPipeline pipeline,
      UnsuitableNodes unsuitableNodes,
      RejectedSelections rejected,
      ControllerMetrics metrics,
      Wakeups wakeups) {
    this.view = view;
    this.api = api;
    this.resolver = resolver;
    this.states = states;
    this.judge = judge;
    this.pipeline = pipeline;
    this.unsuitableNodes = unsuitableNodes;
    this.rejected = rejected;
    this.metrics = metrics;
    this.wakeups = wakeups;
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
                .withInformerListLimit(OnlyWhatIsUsed.PAGE)
                .withFieldSelector(new FieldSelector(new FieldSelector.Field("spec.nodeName", "")))
                .withSecondaryToPrimaryMapper(pod -> Set.of(ResourceID.fromResource(pod)))
                // a pod that is bound or gone needs no answer
                .withOnDeleteFilter((pod, unknown) -> false)
                .build(),
            context);
    WatchedResources.feed(view.pendingPods, pods);
    return List.of(pods, wakeups.schedulingContexts);
  }

  @Override
  public UpdateControl<PodSchedulingContext> reconcile(
      PodSchedulingContext context, Context<PodSchedulingContext> josdk) {
    return look(context)
        ? UpdateControl.noUpdate()
        : UpdateControl.<PodSchedulingContext>noUpdate().rescheduleAfter(SOON);
  }

  /**
   * @return false if the context is to be looked at again soon; else there is nothing more to say
   *     before something changes
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
    if (ClaimsOfOnePod.areTooMany(demand.get().podClaimNames().size())) {
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
            DeviceKinds.asked(demand.distinctClaims()),
            ControllerMetrics.AllocationResult.REFUSED);
        Map<String, Unsuitable> answers = judgeAll(demand, nodes);
        answers.put(selectedNode, refused.answer());
        yield answer(context, pod, demand, nodes, answers);
      }
    };
  }

  /** The nodes that do not suit the placeable claims, with the reason of each. */
  private Map<String, Unsuitable> judgeAll(PodDemand demand, Collection<String> nodes) {
    List<DeviceRequest> requests =
        demand.distinctClaims().stream().map(PendingClaim::deviceRequest).toList();
    var unsuitable = new LinkedHashMap<String, Unsuitable>();
    if (requests.isEmpty()) {
      return unsuitable;
    }
    var budget = new SearchBudget();
    for (String node : nodes) {
      if (judge.judge(states.named(node), requests, budget) instanceof Unsuitable answer) {
        unsuitable.put(node, answer);
      }
    }
    return unsuitable;
  }

  /**
   * Writes the answer if it is another than the one that is there. No node suits a claim whose
   * parameters are unusable: the scheduler then waits until they are mended.
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
   * The pod that the context belongs to. One that was bound by hand is not among the pending ones
   * and is read. Its context stays when it has ended, with a node that is selected for ever: to
   * allocate again what was deallocated since would never end.
   */
  private Optional<Pod> podOf(PodSchedulingContext context) {
    String namespace = context.getMetadata().getNamespace();
    String name = context.getMetadata().getName();
    return view.pendingPods
        .get(namespace, name)
        .or(
            () ->
                ClusterView.mayBeScheduledByHand(context) && view.hasDelayedClaimsIn(namespace)
                    ? api.read(Pod.class, namespace, name)
                    : Optional.empty())
        .filter(pod -> !PodClaims.isOver(pod))
        .filter(pod -> Claims.isControlledBy(context, pod.getMetadata()));
  }
}
