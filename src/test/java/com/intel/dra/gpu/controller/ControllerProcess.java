package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.api.DeviceClassParameters;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.GpuClaimParameters;
import com.intel.dra.gpu.claim.ParametersResolver;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.time.SettableClock;
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

/** The controller as one process: the real parts on fakes of what surrounds them. */
final class ControllerProcess {

  static final String NAMESPACE = "gpu-driver";

  final DeterministicThreads threads = new DeterministicThreads();
  final VirtualClock clock = new VirtualClock(threads.executor());
  final FakeApiServer api;
  final ClusterView view;
  final Leadership leadership;
  final FakeLeases leases;

  /** The time that {@link #agents} goes by. */
  final SettableClock uptime = new SettableClock();

  final AgentWatch agents;
  final InFlight inFlight = new InFlight();
  final MeterRegistry meters = new SimpleMeterRegistry();
  private final Sweep sweep;

  final FakeInformer<ResourceClaim> claims;
  final FakeInformer<ResourceClass> classes;
  final FakeInformer<GpuClaimParameters> claimParameters;
  final FakeInformer<DeviceClassParameters> classParameters;
  final FakeInformer<PodSchedulingContext> schedulingContexts;
  final FakeInformer<Pod> pendingPods;
  final FakeInformer<GpuAllocationState> nodes;

  final FakeInformer<Lease> agentLeases;
  final FakeDispatcher<ResourceClaim> claimDispatcher;
  final FakeDispatcher<PodSchedulingContext> contextDispatcher;
  final FakeDispatcher<GpuAllocationState> nodeDispatcher;

  /** What is yet to be started, in any order: each informer, and each reconciler after its own. */
  private final List<Runnable> starts = new ArrayList<>();

  ControllerProcess(FakeCluster cluster, Policy policy) {
    String identity = "controller-" + UUID.randomUUID();
    api = new FakeApiServer(cluster);
    view = new ClusterView(NAMESPACE);
    leases = new FakeLeases(cluster);
    leadership = new Leadership(identity, leases, uptime);
    cluster.lead(identity);
    leadership.begin();
    var metrics = new ControllerMetrics(Meters.ofController(meters));
    var judge = new Judge(policy);
    var resolver = new ParametersResolver(view);
    var states = new NodeStates(view, inFlight);
    var wakeups = new Wakeups(view);
    var writer = new ClaimWriter(api, view);
    var records = new NodeRecords(api, view, metrics, leadership, NAMESPACE);
    var pipeline =
        new AllocationPipeline(
            view, states, records, writer, judge, inFlight, wakeups, metrics, threads.executor());
    var events =
        new EventPublisher(
            api,
            threads.executor(),
            Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
            () -> Instant.EPOCH);
    var rejected = new RejectedSelections(view, wakeups, clock);
    var release = new ClaimRelease(view, records, writer, rejected, inFlight, wakeups, metrics);
    var departures = new Departures(view, release, wakeups, clock, leadership);
    var lostNodes = new LostNodes(view, api, wakeups, clock, Duration.ofMinutes(5), NAMESPACE);
    sweep = new Sweep(view, departures, wakeups);
    var claimReconciler =
        new ResourceClaimReconciler(
            view,
            resolver,
            new ImmediateAllocation(view, api, resolver, states, judge, pipeline, events, metrics),
            writer,
            release,
            departures,
            lostNodes,
            inFlight,
            events,
            wakeups);
    var contextReconciler =
        new PodSchedulingContextReconciler(
            view,
            api,
            resolver,
            states,
            judge,
            pipeline,
            new UnsuitableNodes(api, view, events),
            rejected,
            metrics,
            wakeups);
    var nodeReconciler =
        new GpuAllocationStateReconciler(
            view,
            api,
            new UnknownClaims(view, api, clock),
            records,
            writer,
            inFlight,
            wakeups,
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
            view, api, leases, events, wakeups, metrics, uptime, NAMESPACE, Duration.ofMinutes(15));
    claimDispatcher = new FakeDispatcher<>(claimReconciler, view.claims, threads.executor(), clock);
    claimDispatcher.listenTo(claims, departures.listener());
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
          claimDispatcher.listenTo(wakeups.claims);
          claimDispatcher.start();
        });
    starts.add(
        () -> {
          schedulingContexts.sync();
          pendingPods.sync();
          contextDispatcher.listenTo(wakeups.schedulingContexts);
          contextDispatcher.start();
        });
    starts.add(
        () -> {
          nodes.sync();
          agentLeases.sync();
          nodeDispatcher.listenTo(wakeups.nodes);
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

  List<FakeInformer<?>> informers() {
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

  List<Runnable> starts() {
    return starts;
  }

  void sweep() {
    sweep.sweep();
  }

  /** What reconciliations and other work failed with. */
  List<Throwable> failures() {
    return Stream.concat(
            threads.uncaught().stream(),
            Stream.of(claimDispatcher, contextDispatcher, nodeDispatcher)
                .flatMap(dispatcher -> dispatcher.failures().stream()))
        .toList();
  }

  /** Ends at once, wherever it is. */
  void end() {
    api.end();
    claimDispatcher.stop();
    contextDispatcher.stop();
    nodeDispatcher.stop();
    threads.runToTheEnd();
  }
}
