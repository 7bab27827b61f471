package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.Allocator;
import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.claim.ClaimStep;
import com.intel.dra.gpu.claim.Claims;
import com.intel.dra.gpu.claim.ParametersProblem;
import com.intel.dra.gpu.claim.ParametersResolver;
import com.intel.dra.gpu.claim.ResolvedParameters;
import com.intel.dra.gpu.controller.ApiServer.Outcome;
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
 * Looks after every claim of this driver's classes: checks its parameters as soon as it is there,
 * allocates it if it is immediate, and gives its devices back when it is not wanted any more.
 */
@ControllerConfiguration(
    name = "claim",
    informer =
        @Informer(
            namespaces = Constants.WATCH_ALL_NAMESPACES,
            informerListLimit = OnlyWhatIsUsed.PAGE),
    generationAwareEventProcessing = false)
@GradualRetry(maxAttempts = -1, initialInterval = 200, intervalMultiplier = 2, maxInterval = 30_000)
@IfBuildProfile("controller")
class ResourceClaimReconciler implements Reconciler<ResourceClaim> {

  private static final Duration SOON = Duration.ofMillis(100);

  private final ClusterView view;
  private final ParametersResolver resolver;
  private final ImmediateAllocation immediate;
  private final ClaimWriter claims;
  private final ClaimRelease release;
  private final Departures departures;
  private final LostNodes lostNodes;
  private final InFlight inFlight;
  private final EventPublisher events;
  private final Wakeups wakeups;

  ResourceClaimReconciler(
      ClusterView view,
      ParametersResolver resolver,
      ImmediateAllocation immediate,
      ClaimWriter claims,
      ClaimRelease release,
      Departures departures,
      LostNodes lostNodes,
      InFlight inFlight,
      EventPublisher events,
      Wakeups wakeups) {
    this.view = view;
    this.resolver = resolver;
    this.immediate = immediate;
    this.claims = claims;
    this.release = release;
    this.departures = departures;
    this.lostNodes = lostNodes;
    this.inFlight = inFlight;
    this.events = events;
    this.wakeups = wakeups;
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
        wakeups.claims,
        departures.listener());
  }

  private static <R extends HasMetadata> InformerEventSource<R, ResourceClaim> informer(
      Class<R> kind,
      ResourceCache<R> cache,
      Function<R, Collection<ResourceClaim>> concerned,
      EventSourceContext<ResourceClaim> context) {
    var informer =
        new InformerEventSource<R, ResourceClaim>(
            InformerEventSourceConfiguration.from(kind, ResourceClaim.class)
                .withInformerListLimit(OnlyWhatIsUsed.PAGE)
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
   * @return false if the claim is to be looked at again soon; else there is nothing more to do
   *     before something changes
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

  /** Somebody may have taken the finalizer away. */
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

  /** An attempt to allocate or release it may have been interrupted, and nobody takes it up. */
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
   * What the scheduler was told about these pods may be different now. One that was bound by hand
   * is told nothing, and waits no more for a claim that is allocated.
   */
  private void wakePodsOf(ResourceClaim claim) {
    List<ResourceID> contexts =
        Claims.allocation(claim).isPresent()
            ? view.contextsOfPendingPods(claim)
            : view.schedulingContextsConcerning(claim);
    contexts.forEach(wakeups::schedulingContext);
  }

  /**
   * Immediate claims of a pod wait until all of its claims are made, also those of other kinds, and
   * until it is known which of them are of this driver. More than can be allocated together need
   * not be woken: each of them says so.
   */
  private void wakeThoseThatWaitFor(ResourceClaim claim) {
    boolean takesThemAlong =
        ClaimStep.of(claim) instanceof ClaimStep.AllocateNow && view.ourClassOf(claim).isPresent();
    if (!takesThemAlong) {
      view.claimsMadeForThePodOf(claim).stream()
          .filter(other -> ClaimStep.of(other) instanceof ClaimStep.AllocateNow)
          .filter(other -> view.ourClassOf(other).isPresent())
          .limit(Allocator.MAX_REQUESTS + 1)
          .forEach(wakeups::claim);
    }
  }

  /** Nodes that have the claim on record and should not, or the other way round. */
  private void wakeNodesThatDiffer(ResourceClaim claim) {
    if (inFlight.contains(Claims.uid(claim))) {
      return;
    }
    Optional<String> holder =
        ClaimStep.of(claim) instanceof ClaimStep.KeepOnRecord keep
            ? Optional.of(keep.node())
            : Optional.empty();
    List<GpuAllocationState> recordedOn = view.nodesThatRecord(Claims.uid(claim));
    recordedOn.stream()
        .filter(node -> holder.filter(node.getMetadata().getName()::equals).isEmpty())
        .forEach(wakeups::node);
    holder
        .filter(
            name ->
                recordedOn.stream().noneMatch(node -> node.getMetadata().getName().equals(name)))
        .flatMap(view::node)
        .ifPresent(wakeups::node);
  }
}
