package com.intel.dra.gpu.controller.app;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.classic.ParametersResolver;
import com.intel.dra.gpu.controller.allocate.AllocationPipeline;
import com.intel.dra.gpu.controller.allocate.ImmediateAllocation;
import com.intel.dra.gpu.controller.allocate.PodSchedulingContextReconciler;
import com.intel.dra.gpu.controller.allocate.UnsuitableNodes;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.EventPublisher;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import com.intel.dra.gpu.controller.leader.Leadership;
import com.intel.dra.gpu.controller.nodes.AgentWatch;
import com.intel.dra.gpu.controller.nodes.NodeAuditReconciler;
import com.intel.dra.gpu.controller.nodes.UnknownClaims;
import com.intel.dra.gpu.controller.placing.ClaimsInFlight;
import com.intel.dra.gpu.controller.placing.ControllerMetrics;
import com.intel.dra.gpu.controller.placing.NodeStates;
import com.intel.dra.gpu.controller.placing.NodeSuitability;
import com.intel.dra.gpu.controller.placing.RejectedSelections;
import com.intel.dra.gpu.controller.records.ClaimWriter;
import com.intel.dra.gpu.controller.records.NodeRecords;
import com.intel.dra.gpu.controller.release.ClaimRelease;
import com.intel.dra.gpu.controller.release.DeletedClaims;
import com.intel.dra.gpu.controller.release.LostNodes;
import com.intel.dra.gpu.controller.release.PeriodicResync;
import com.intel.dra.gpu.controller.release.ResourceClaimReconciler;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.kit.time.SettableClock;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClass;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/** One controller process: the real classes, with fakes of everything outside the process. */
public final class ControllerProcess {

  public static final String NAMESPACE = "gpu-driver";

  public final DeterministicThreads threads = new DeterministicThreads();
  public final VirtualClock clock = new VirtualClock(threads.executor());
  public final FakeApiServer api;
  final ClusterView view;
  final Leadership leadership;
  public final FakeLeases leases;

  /** The clock that {@link #agents} uses. */
  public final SettableClock uptime = new SettableClock();

  public final AgentWatch agents;
  final ClaimsInFlight claimsInFlight = new ClaimsInFlight(clock);
  public final MeterRegistry meters = new SimpleMeterRegistry();
  private final PeriodicResync periodicResync;

  public final FakeInformer<ResourceClaim> claims;
  final FakeInformer<ResourceClass> classes;
  final FakeInformer<GpuClaimParameters> claimParameters;
  final FakeInformer<DeviceClassParameters> classParameters;
  final FakeInformer<PodSchedulingContext> schedulingContexts;
  final FakeInformer<Pod> pendingPods;
  public final FakeInformer<GpuAllocationState> nodes;

  final FakeInformer<Lease> agentLeases;
  final FakeDispatcher<ResourceClaim> claimDispatcher;
  final FakeDispatcher<PodSchedulingContext> contextDispatcher;
  final FakeDispatcher<GpuAllocationState> nodeDispatcher;

  /**
   * What is still to be started, in any order: each informer, and each reconciler after its own
   * informers.
   */
  private final List<Runnable> starts = new ArrayList<>();

  public ControllerProcess(FakeCluster cluster, Policy policy) {
    String identity = "controller-" + UUID.randomUUID();
    api = new FakeApiServer(cluster);
    view = new ClusterView(NAMESPACE);
    leases = new FakeLeases(cluster);
    leadership = new Leadership(identity, leases, uptime);
    cluster.lead(identity);
    leadership.begin();
    var metrics = new ControllerMetrics(Meters.ofController(meters));
    var suitability = new NodeSuitability(policy);
    var resolver = new ParametersResolver(view);
    var states = new NodeStates(view, claimsInFlight);
    var triggers = new ReconcilerTriggers(view);
    var writer = new ClaimWriter(api, view);
    var records = new NodeRecords(api, view, metrics, leadership, NAMESPACE);
    var pipeline =
        new AllocationPipeline(
            view,
            states,
            records,
            writer,
            suitability,
            claimsInFlight,
            triggers,
            metrics,
            threads.executor());
    var events =
        new EventPublisher(
            api,
            threads.executor(),
            Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
            () -> Instant.EPOCH);
    var rejected = new RejectedSelections(view, triggers, clock);
    var release =
        new ClaimRelease(view, records, writer, rejected, claimsInFlight, triggers, metrics);
    var deletedClaims =
        new DeletedClaims(view, release, claimsInFlight, triggers, clock, leadership);
    var lostNodes = new LostNodes(view, api, triggers, clock, Duration.ofMinutes(5), NAMESPACE);
    periodicResync = new PeriodicResync(view, deletedClaims, triggers);
    var claimReconciler =
        new ResourceClaimReconciler(
            view,
            resolver,
            new ImmediateAllocation(
                view, api, resolver, states, suitability, pipeline, events, metrics),
            writer,
            release,
            deletedClaims,
            lostNodes,
            claimsInFlight,
            events,
            triggers);
    var contextReconciler =
        new PodSchedulingContextReconciler(
            view,
            api,
            resolver,
            states,
            suitability,
            pipeline,
            new UnsuitableNodes(api, view, events),
            rejected,
            metrics,
            triggers);
    var nodeReconciler =
        new NodeAuditReconciler(
            view,
            api,
            new UnknownClaims(view, api, clock),
            records,
            writer,
            claimsInFlight,
            triggers,
            lostNodes,
            events,
            NAMESPACE);

    claims = new FakeInformer<>(cluster, ResourceClaim.class, _ -> true, view.claims);
    classes = new FakeInformer<>(cluster, ResourceClass.class, _ -> true, view.classes);
    claimParameters =
        new FakeInformer<>(cluster, GpuClaimParameters.class, _ -> true, view.claimParameters);
    classParameters =
        new FakeInformer<>(cluster, DeviceClassParameters.class, _ -> true, view.classParameters);
    schedulingContexts =
        new FakeInformer<>(cluster, PodSchedulingContext.class, _ -> true, view.schedulingContexts);
    pendingPods =
        new FakeInformer<>(
            cluster, Pod.class, pod -> pod.getSpec().getNodeName() == null, view.pendingPods);
    nodes = new FakeInformer<>(cluster, GpuAllocationState.class, _ -> true, view.nodes);

    agentLeases = new FakeInformer<>(cluster, Lease.class, _ -> true, view.agentLeases);
    agents =
        new AgentWatch(
            view,
            api,
            leases,
            events,
            triggers,
            metrics,
            uptime,
            NAMESPACE,
            Duration.ofMinutes(15));
    claimDispatcher = new FakeDispatcher<>(claimReconciler, view.claims, threads.executor(), clock);
    claimDispatcher.listenTo(claims, deletedClaims.listener());
    secondary(classes, view::claimsOf, claimDispatcher);
    secondary(claimParameters, view::claimsWith, claimDispatcher);
    secondary(classParameters, view::claimsWith, claimDispatcher);
    contextDispatcher =
        new FakeDispatcher<>(contextReconciler, view.schedulingContexts, threads.executor(), clock);
    contextDispatcher.listenTo(schedulingContexts);
    pendingPods.tell(
        (_, pod) -> pod.ifPresent(now -> contextDispatcher.wake(ResourceID.fromResource(now))));
    nodeDispatcher = new FakeDispatcher<>(nodeReconciler, view.nodes, threads.executor(), clock);
    nodeDispatcher.listenTo(nodes, nodeReconciler.listener());

    starts.add(
        () -> {
          claims.sync();
          classes.sync();
          claimParameters.sync();
          classParameters.sync();
          claimDispatcher.listenTo(triggers.claims);
          claimDispatcher.start();
        });
    starts.add(
        () -> {
          schedulingContexts.sync();
          pendingPods.sync();
          contextDispatcher.listenTo(triggers.schedulingContexts);
          contextDispatcher.start();
        });
    starts.add(
        () -> {
          nodes.sync();
          agentLeases.sync();
          nodeDispatcher.listenTo(triggers.nodes);
          nodeDispatcher.start();
        });
  }

  private static <S extends HasMetadata> void secondary(
      FakeInformer<S> informer,
      Function<S, Collection<ResourceClaim>> concerned,
      FakeDispatcher<ResourceClaim> dispatcher) {
    informer.tell(
        (before, after) ->
            concerned
                .apply(after.or(() -> before).orElseThrow())
                .forEach(claim -> dispatcher.wake(ResourceID.fromResource(claim))));
  }

  public List<FakeInformer<?>> informers() {
    return List.of(
        claims,
        classes,
        claimParameters,
        classParameters,
        schedulingContexts,
        pendingPods,
        nodes,
        agentLeases);
  }

  public List<Runnable> starts() {
    return starts;
  }

  public void sweep() {
    periodicResync.sweep();
  }

  /** Returns the failures of reconciliations and other work. */
  List<Throwable> failures() {
    return Stream.concat(
            threads.uncaught().stream(),
            Stream.of(claimDispatcher, contextDispatcher, nodeDispatcher)
                .flatMap(dispatcher -> dispatcher.failures().stream()))
        .toList();
  }

  /** Ends the process at once, whatever it is doing. */
  public void end() {
    api.end();
    claimDispatcher.stop();
    contextDispatcher.stop();
    nodeDispatcher.stop();
    threads.runToTheEnd();
  }
}
