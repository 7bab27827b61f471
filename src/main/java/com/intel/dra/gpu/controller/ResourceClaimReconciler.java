package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GpuApi;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.claim.ClaimStep;
import com.intel.dra.gpu.claim.Claims;
import com.intel.dra.gpu.claim.ParametersProblem;
import com.intel.dra.gpu.claim.ParametersResolver;
import com.intel.dra.gpu.claim.ResolvedParameters;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.ManagedInformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.quarkus.arc.profile.IfBuildProfile;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Looks after every claim of this driver's classes: checks its parameters as soon as it is there,
 * allocates it if it is immediate, and gives its devices back when it is not wanted any more.
 */
@ControllerConfiguration(name = "claim", generationAwareEventProcessing = false)
@GradualRetry(maxAttempts = -1, initialInterval = 200, intervalMultiplier = 2, maxInterval = 30_000)
@IfBuildProfile("controller")
class ResourceClaimReconciler implements Reconciler<ResourceClaim> {

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);
  private static final Duration WHEN_BUSY = Duration.ofMillis(100);

  private final ClusterView view;
  private final ParametersResolver resolver;
  private final ImmediateAllocation immediate;
  private final ClaimRelease release;
  private final InFlight inFlight;
  private final EventPublisher events;
  private final Wakeups wakeups;

  ResourceClaimReconciler(
      ClusterView view,
      ParametersResolver resolver,
      ImmediateAllocation immediate,
      ClaimRelease release,
      InFlight inFlight,
      EventPublisher events,
      Wakeups wakeups) {
    this.view = view;
    this.resolver = resolver;
    this.immediate = immediate;
    this.release = release;
    this.inFlight = inFlight;
    this.events = events;
    this.wakeups = wakeups;
  }

  @Override
  public List<EventSource<?, ResourceClaim>> prepareEventSources(
      EventSourceContext<ResourceClaim> context) {
    var claims = (ManagedInformerEventSource<ResourceClaim, ?, ?>) context.getPrimaryCache();
    claims.addIndexers(ClusterView.claimIndexes());
    view.claims.attach(claims);
    var classes =
        informer(
            ResourceClass.class,
            resourceClass -> ids(view.claimsOfClass(resourceClass.getMetadata().getName())),
            context);
    view.classes.attach(classes);
    var claimParameters =
        informer(
            GpuClaimParameters.class,
            parameters ->
                ids(
                    view.claimsWithParameters(
                        parameters.getMetadata().getNamespace(),
                        parameters.getMetadata().getName())),
            context);
    view.claimParameters.attach(claimParameters);
    var classParameters = informer(DeviceClassParameters.class, this::claimsOfClassesWith, context);
    view.classParameters.attach(classParameters);
    return List.of(classes, claimParameters, classParameters, wakeups.claims);
  }

  private static <R extends HasMetadata> InformerEventSource<R, ResourceClaim> informer(
      Class<R> kind,
      SecondaryToPrimaryMapper<R> mapper,
      EventSourceContext<ResourceClaim> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(kind, ResourceClaim.class)
            .withSecondaryToPrimaryMapper(mapper)
            .build(),
        context);
  }

  private static Set<ResourceID> ids(Collection<ResourceClaim> claims) {
    return claims.stream().map(ResourceID::fromResource).collect(Collectors.toSet());
  }

  private Set<ResourceID> claimsOfClassesWith(DeviceClassParameters parameters) {
    String name = parameters.getMetadata().getName();
    return view.classes
        .list()
        .filter(
            resourceClass ->
                resourceClass.getParametersRef() != null
                    && name.equals(resourceClass.getParametersRef().getName()))
        .flatMap(
            resourceClass -> view.claimsOfClass(resourceClass.getMetadata().getName()).stream())
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }

  @Override
  public UpdateControl<ResourceClaim> reconcile(
      ResourceClaim claim, Context<ResourceClaim> context) {
    wakePodsOf(claim);
    Optional<ResourceClass> resourceClass = view.ourClassOf(claim);
    return switch (ClaimStep.of(claim)) {
      case ClaimStep.Release _ -> release(claim);
      case ClaimStep.KeepOnRecord keep -> keepOnRecord(claim, keep.node());
      case ClaimStep.AllocateNow _ ->
          resourceClass.map(ours -> allocateNow(ours, claim)).orElseGet(UpdateControl::noUpdate);
      case ClaimStep.Rest _ -> {
        resourceClass.ifPresent(ours -> tellUnusableParameters(ours, claim));
        yield UpdateControl.noUpdate();
      }
    };
  }

  private UpdateControl<ResourceClaim> release(ResourceClaim claim) {
    return release.release(claim)
        ? UpdateControl.noUpdate()
        : UpdateControl.<ResourceClaim>noUpdate().rescheduleAfter(WHEN_BUSY);
  }

  private UpdateControl<ResourceClaim> keepOnRecord(ResourceClaim claim, String node) {
    boolean missing =
        GpuApi.DRIVER_NAME.equals(claim.getStatus().getDriverName())
            && !inFlight.contains(Claims.uid(claim))
            && view.node(node)
                .map(
                    state ->
                        !state.getSpec().resourceClaimAllocations().containsKey(Claims.uid(claim)))
                .orElse(false);
    if (missing) {
      view.node(node)
          .ifPresent(state -> Wakeups.wake(wakeups.nodes, ResourceID.fromResource(state)));
    }
    return UpdateControl.noUpdate();
  }

  private UpdateControl<ResourceClaim> allocateNow(ResourceClass ours, ResourceClaim claim) {
    return switch (resolver.resolve(ours, claim)) {
      case ResolvedParameters.Unusable unusable -> {
        tell(claim, unusable.problem());
        yield UpdateControl.noUpdate();
      }
      case ResolvedParameters.Usable usable ->
          switch (immediate.allocate(new PendingClaim(claim, usable.request()))) {
            case AllocationOutcome.Allocated _ -> UpdateControl.noUpdate();
            case AllocationOutcome.Busy _ ->
                UpdateControl.<ResourceClaim>noUpdate().rescheduleAfter(WHEN_BUSY);
            case AllocationOutcome.Refused _ ->
                UpdateControl.<ResourceClaim>noUpdate().rescheduleAfter(LOOK_AGAIN);
          };
    };
  }

  private void tellUnusableParameters(ResourceClass ours, ResourceClaim claim) {
    if (claim.getMetadata().getDeletionTimestamp() == null
        && resolver.resolve(ours, claim) instanceof ResolvedParameters.Unusable unusable) {
      tell(claim, unusable.problem());
    }
  }

  private void tell(ResourceClaim claim, ParametersProblem problem) {
    events.warn(claim, problem.reason().eventReason(), problem.message());
  }

  /** What the scheduler was told about these pods may be different now. */
  private void wakePodsOf(ResourceClaim claim) {
    view.pendingPodsUsing(claim)
        .forEach(pod -> Wakeups.wake(wakeups.schedulingContexts, ResourceID.fromResource(pod)));
  }
}
