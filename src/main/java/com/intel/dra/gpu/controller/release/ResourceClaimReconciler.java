package com.intel.dra.gpu.controller.release;

import com.intel.dra.gpu.allocation.Allocator;
import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.classic.ClaimStep;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.ParametersProblem;
import com.intel.dra.gpu.classic.ParametersResolver;
import com.intel.dra.gpu.classic.ResolvedParameters;
import com.intel.dra.gpu.controller.allocate.ImmediateAllocation;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.EventPublisher;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import com.intel.dra.gpu.controller.cluster.ResourceCache;
import com.intel.dra.gpu.controller.cluster.WatchedResources;
import com.intel.dra.gpu.controller.cluster.WithoutUnusedFields;
import com.intel.dra.gpu.controller.placing.AllocationOutcome;
import com.intel.dra.gpu.controller.placing.ClaimsInFlight;
import com.intel.dra.gpu.controller.placing.PendingClaim;
import com.intel.dra.gpu.controller.records.ClaimWriter;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
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
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Handles every claim of this driver's classes: checks its parameters as soon as it exists,
 * allocates it if it is immediate, and releases its devices when it does not need them any more.
 */
@ControllerConfiguration(
    name = "claim",
    informer =
        @Informer(
            namespaces = Constants.WATCH_ALL_NAMESPACES,
            informerListLimit = WithoutUnusedFields.PAGE),
    generationAwareEventProcessing = false)
@GradualRetry(maxAttempts = -1, initialInterval = 200, intervalMultiplier = 2, maxInterval = 30_000)
@IfBuildProfile("controller")
public class ResourceClaimReconciler implements Reconciler<ResourceClaim> {

  private static final Duration SOON = Duration.ofMillis(100);

  private final ClusterView view;
  private final ParametersResolver resolver;
  private final ImmediateAllocation immediate;
  private final ClaimWriter claims;
  private final ClaimRelease release;
  private final DeletedClaims deletedClaims;
  private final LostNodes lostNodes;
  private final ClaimsInFlight claimsInFlight;
  private final EventPublisher events;
  private final ReconcilerTriggers triggers;

  public ResourceClaimReconciler(
      ClusterView view,
      ParametersResolver resolver,
      ImmediateAllocation immediate,
      ClaimWriter claims,
      ClaimRelease release,
      DeletedClaims deletedClaims,
      LostNodes lostNodes,
      ClaimsInFlight claimsInFlight,
      EventPublisher events,
      ReconcilerTriggers triggers) {
    this.view = view;
    this.resolver = resolver;
    this.immediate = immediate;
    this.claims = claims;
    this.release = release;
    this.deletedClaims = deletedClaims;
    this.lostNodes = lostNodes;
    this.claimsInFlight = claimsInFlight;
    this.events = events;
    this.triggers = triggers;
  }

  @Override
  public List<EventSource<?, ResourceClaim>> prepareEventSources(
      EventSourceContext<ResourceClaim> context) {
    WatchedResources.feed(
        view.claims, (ManagedInformerEventSource<ResourceClaim, ?, ?>) context.getPrimaryCache());
    return List.of(
        informer(ResourceClass.class, view.classes, view::claimsOf, context),
        informer(GpuClaimParameters.class, view.claimParameters, view::claimsWith, context),
        informer(DeviceClassParameters.class, view.classParameters, view::claimsWith, context),
        triggers.claims,
        deletedClaims.listener());
  }

  private static <R extends HasMetadata> InformerEventSource<R, ResourceClaim> informer(
      Class<R> kind,
      ResourceCache<R> cache,
      Function<R, Collection<ResourceClaim>> concerned,
      EventSourceContext<ResourceClaim> context) {
    var informer =
        new InformerEventSource<R, ResourceClaim>(
            InformerEventSourceConfiguration.from(kind, ResourceClaim.class)
                .withInformerListLimit(WithoutUnusedFields.PAGE)
                .withSecondaryToPrimaryMapper(
                    object ->
                        concerned.apply(object).stream()
                            .map(ResourceID::fromResource)
                            .collect(Collectors.toSet()))
                .build(),
            context);
    WatchedResources.feed(cache, informer);
    return informer;
  }

  @Override
  public UpdateControl<ResourceClaim> reconcile(
      ResourceClaim claim, Context<ResourceClaim> context) {
    return look(claim)
        ? UpdateControl.noUpdate()
        : UpdateControl.<ResourceClaim>noUpdate().rescheduleAfter(SOON);
  }

  /**
   * @return false if the claim is to be checked again soon; otherwise nothing is left to do until
   *     something changes
   */
  private boolean look(ResourceClaim claim) {
    if (!view.isComplete()) {
      return false;
    }
    wakePodsOf(claim);
    wakeNodesThatDiffer(claim);
    wakeThoseThatWaitFor(claim);
    return switch (ClaimStep.of(claim)) {
      case ClaimStep.Release _ -> release.release(claim);
      case ClaimStep.KeepOnRecord _ ->
          lostNodes.hasLost(claim) ? release.release(claim) : keepProtected(claim);
      case ClaimStep.AllocateNow _ ->
          view.ourClassOf(claim).map(ours -> allocateNow(ours, claim)).orElse(true);
      case ClaimStep.Rest _ -> {
        view.ourClassOf(claim).ifPresent(ours -> tellUnusableParameters(ours, claim));
        yield letGoIfUnused(claim);
      }
    };
  }

  /** Restores the finalizer, because a user may have removed it. */
  private boolean keepProtected(ResourceClaim claim) {
    return Claims.isBeingDeleted(claim)
        || !(claims.ensureFinalizer(claim) instanceof Outcome.Conflict);
  }

  private boolean allocateNow(ResourceClass ours, ResourceClaim claim) {
    return switch (resolver.resolve(ours, claim)) {
      case ResolvedParameters.Unusable unusable -> {
        tell(claim, unusable.problem());
        yield true;
      }
      case ResolvedParameters.Usable usable ->
          immediate
              .allocate(new PendingClaim(claim, usable.request()))
              .map(
                  outcome ->
                      switch (outcome) {
                        case AllocationOutcome.Allocated _, AllocationOutcome.Refused _ -> true;
                        case AllocationOutcome.Busy _, AllocationOutcome.Outdated _ -> false;
                      })
              .orElse(true);
    };
  }

  /**
   * Removes our finalizer from an unused claim: an attempt to allocate or release it may have been
   * interrupted, and nothing else continues it.
   */
  private boolean letGoIfUnused(ResourceClaim claim) {
    return !Claims.hasFinalizer(claim)
        || Claims.isBeingDeleted(claim)
        || Claims.allocation(claim).isPresent()
        || !view.pendingPodsUsing(claim).isEmpty()
        || release.release(claim);
  }

  private void tellUnusableParameters(ResourceClass ours, ResourceClaim claim) {
    if (!Claims.isBeingDeleted(claim)
        && resolver.resolve(ours, claim) instanceof ResolvedParameters.Unusable unusable) {
      tell(claim, unusable.problem());
    }
  }

  private void tell(ResourceClaim claim, ParametersProblem problem) {
    events.warn(claim, problem.reason().eventReason(), problem.message());
  }

  /**
   * Triggers the pods of the claim, because the answer that the scheduler got for them may have
   * changed. A pod that was bound by hand gets no answer, and does not wait any more once the claim
   * is allocated.
   */
  private void wakePodsOf(ResourceClaim claim) {
    List<ResourceID> contexts =
        Claims.allocation(claim).isPresent()
            ? view.contextsOfPendingPods(claim)
            : view.schedulingContextsConcerning(claim);
    contexts.forEach(triggers::schedulingContext);
  }

  /**
   * Triggers immediate claims of the same pod. They wait until all claims of the pod exist,
   * including claims of other kinds, and until it is known which of them belong to this driver. No
   * more than can be allocated together need to be triggered, because each of them reports that
   * there are too many.
   */
  private void wakeThoseThatWaitFor(ResourceClaim claim) {
    boolean takesThemAlong =
        ClaimStep.of(claim) instanceof ClaimStep.AllocateNow && view.ourClassOf(claim).isPresent();
    if (!takesThemAlong) {
      view.claimsMadeForThePodOf(claim).stream()
          .filter(other -> ClaimStep.of(other) instanceof ClaimStep.AllocateNow)
          .filter(other -> view.ourClassOf(other).isPresent())
          .limit(Allocator.MAX_REQUESTS + 1)
          .forEach(triggers::claim);
    }
  }

  /** Triggers nodes that wrongly have the claim on record, or wrongly do not have it. */
  private void wakeNodesThatDiffer(ResourceClaim claim) {
    if (claimsInFlight.contains(Claims.uid(claim))) {
      return;
    }
    Optional<String> holder =
        ClaimStep.of(claim) instanceof ClaimStep.KeepOnRecord keep
            ? Optional.of(keep.node())
            : Optional.empty();
    List<GpuAllocationState> recordedOn = view.nodesThatRecord(Claims.uid(claim));
    recordedOn.stream()
        .filter(node -> holder.filter(node.getMetadata().getName()::equals).isEmpty())
        .forEach(triggers::node);
    holder
        .filter(
            name ->
                recordedOn.stream().noneMatch(node -> node.getMetadata().getName().equals(name)))
        .flatMap(view::node)
        .ifPresent(triggers::node);
  }
}
