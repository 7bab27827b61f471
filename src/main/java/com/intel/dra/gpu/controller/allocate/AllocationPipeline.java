package com.intel.dra.gpu.controller.allocate;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import com.intel.dra.gpu.controller.placing.AllocationMode;
import com.intel.dra.gpu.controller.placing.AllocationOutcome;
import com.intel.dra.gpu.controller.placing.ClaimsInFlight;
import com.intel.dra.gpu.controller.placing.ControllerMetrics;
import com.intel.dra.gpu.controller.placing.ControllerMetrics.AllocationResult;
import com.intel.dra.gpu.controller.placing.ControllerMetrics.Stage;
import com.intel.dra.gpu.controller.placing.DecisionLog;
import com.intel.dra.gpu.controller.placing.DeviceKindLabel;
import com.intel.dra.gpu.controller.placing.InventoryBuilder;
import com.intel.dra.gpu.controller.placing.NodeAnswer;
import com.intel.dra.gpu.controller.placing.NodeState;
import com.intel.dra.gpu.controller.placing.NodeStates;
import com.intel.dra.gpu.controller.placing.NodeSuitability;
import com.intel.dra.gpu.controller.placing.PendingClaim;
import com.intel.dra.gpu.controller.records.ClaimWriter;
import com.intel.dra.gpu.controller.records.NodeRecords;
import com.intel.dra.gpu.controller.records.NodeRecords.Change;
import com.intel.dra.gpu.controller.records.RecordAudit;
import com.intel.dra.kit.time.Stopwatch;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Allocates claims on one node, all of them or none. It writes the finalizers, then the node's
 * record, then the claims' statuses.
 *
 * <p>This order makes every interruption harmless. A claim with only a finalizer is released when
 * it is deleted. The next attempt finds a record without an allocated claim again, or the audit
 * drops it. Each attempt decides again on the node's current record, and treats devices that are
 * recorded for the claim as available to it, so repeating an attempt changes nothing.
 */
@Singleton
@IfBuildProfile("controller")
public class AllocationPipeline {

  /**
   * How many writes of claims, of all pods together, run at a time: a pod may have many claims, and
   * the client itself has no limit.
   */
  public static final int WRITES_AT_A_TIME = 16;

  private final ClusterView view;
  private final NodeStates nodes;
  private final NodeRecords records;
  private final ClaimWriter claims;
  private final NodeSuitability suitability;
  private final ClaimsInFlight claimsInFlight;
  private final ReconcilerTriggers triggers;
  private final ControllerMetrics metrics;
  private final ExecutorService virtualThreads;
  private final Semaphore writes = new Semaphore(WRITES_AT_A_TIME, true);

  public AllocationPipeline(
      ClusterView view,
      NodeStates nodes,
      NodeRecords records,
      ClaimWriter claims,
      NodeSuitability suitability,
      ClaimsInFlight claimsInFlight,
      ReconcilerTriggers triggers,
      ControllerMetrics metrics,
      @VirtualThreads ExecutorService virtualThreads) {
    this.view = view;
    this.nodes = nodes;
    this.records = records;
    this.claims = claims;
    this.suitability = suitability;
    this.claimsInFlight = claimsInFlight;
    this.triggers = triggers;
    this.metrics = metrics;
    this.virtualThreads = virtualThreads;
  }

  /**
   * Does {@link #allocate}, waits for it, and counts success or failure. It has no time limit,
   * because a limit would free the claims for others while they are still being written.
   *
   * @param mode the label under which the attempt is counted
   * @throws RuntimeException the API server's error
   */
  AllocationOutcome allocateAndWait(
      AllocationMode mode, String node, List<PendingClaim> pending, Optional<ObjectMeta> consumer) {
    DeviceKindLabel kinds = DeviceKindLabel.asked(pending);
    AllocationOutcome outcome =
        allocate(node, pending, consumer)
            .onFailure()
            .invoke(_ -> metrics.allocation(mode, kinds, AllocationResult.ERROR))
            .await()
            .indefinitely();
    switch (outcome) {
      case AllocationOutcome.Allocated _ ->
          metrics.allocation(mode, kinds, AllocationResult.ALLOCATED);
      case AllocationOutcome.Outdated _ ->
          metrics.allocation(mode, kinds, AllocationResult.CONFLICT);
      // only the caller knows whether it tries another node; a busy claim is counted by the attempt
      // that works on it
      case AllocationOutcome.Refused _, AllocationOutcome.Busy _ -> {}
    }
    return outcome;
  }

  /**
   * Allocates all of the claims on that node, or none.
   *
   * @param consumer the pod to reserve the claims for in the same write
   * @return fails with the API server's error; then the caller has to repeat the whole attempt
   */
  private Uni<AllocationOutcome> allocate(
      String node, List<PendingClaim> pending, Optional<ObjectMeta> consumer) {
    List<String> uids = pending.stream().map(PendingClaim::uid).toList();
    return Uni.createFrom()
        .deferred(
            () ->
                claimsInFlight.tryEnter(uids)
                    ? Uni.createFrom()
                        .deferred(() -> attempt(node, pending, consumer))
                        .onTermination()
                        .invoke(
                            (outcome, _, _) -> {
                              if (outcome == null
                                  || outcome instanceof AllocationOutcome.Outdated) {
                                leaveToRepeat(uids);
                              } else {
                                leave(node, pending, uids);
                              }
                            })
                    : done(new AllocationOutcome.Busy()));
  }

  /**
   * Ends an attempt that the caller repeats. If a claim is gone, its event may have come while it
   * was in flight, and then the audit has skipped it.
   */
  private void leaveToRepeat(List<String> uids) {
    claimsInFlight.leaveToRepeat(uids);
    // looked for afterwards, because the event may come in between
    uids.stream()
        .filter(uid -> view.claimWithUid(uid).isEmpty())
        .forEach(
            gone -> {
              claimsInFlight.gone(gone);
              view.nodesThatRecord(gone).forEach(triggers::node);
            });
  }

  /**
   * Ends an attempt that will not be repeated by itself.
   *
   * <p>Triggers the audit of the node if its record does not match the claims, because the audit
   * skipped these claims while they were in flight. Usually they match, and no audit is needed. The
   * same holds for other nodes, on which an earlier attempt may have left a record.
   *
   * <p>If this attempt added a finalizer to a claim in vain, this triggers the claim, so that the
   * finalizer is removed if no pending pod waits for the claim. Our own writes cause no event.
   */
  private void leave(String node, List<PendingClaim> pending, List<String> uids) {
    claimsInFlight.leave(uids);
    Stream.concat(
            view.node(node).stream(),
            uids.stream()
                .flatMap(uid -> view.nodesThatRecord(uid).stream())
                .filter(gas -> !gas.getMetadata().getName().equals(node)))
        .filter(gas -> !isSettled(gas, uids))
        .forEach(triggers::node);
    pending.stream()
        .map(PendingClaim::claim)
        .filter(before -> !Claims.hasFinalizer(before))
        .flatMap(before -> view.claimWithUid(Claims.uid(before)).stream())
        .filter(now -> Claims.hasFinalizer(now) && Claims.allocation(now).isEmpty())
        .forEach(triggers::claim);
  }

  private boolean isSettled(GpuAllocationState gas, List<String> claimUids) {
    List<ResourceClaim> here =
        view.claimsOnNode(gas.getMetadata().getName()).stream()
            .filter(claim -> claimUids.contains(Claims.uid(claim)))
            .toList();
    return RecordAudit.of(gas, here, uid -> !claimUids.contains(uid)).findsNothing();
  }

  /** One step of an attempt: the value for the next step, or how the attempt ended here. */
  private sealed interface Step<T> {

    record Next<T>(T value) implements Step<T> {}

    record End<T>(AllocationOutcome outcome) implements Step<T> {}

    default Uni<AllocationOutcome> then(Function<T, Uni<AllocationOutcome>> next) {
      return switch (this) {
        case Next<T>(T value) -> next.apply(value);
        case End<T>(AllocationOutcome outcome) -> done(outcome);
      };
    }
  }

  private Uni<AllocationOutcome> attempt(
      String node, List<PendingClaim> pending, Optional<ObjectMeta> consumer) {
    List<DeviceRequest> requests = pending.stream().map(PendingClaim::deviceRequest).toList();
    // checked before anything is written, though only the decision on the record counts
    return switch (suitability.judge(nodes.named(node), requests)) {
      case NodeAnswer.Unsuitable unsuitable -> done(new AllocationOutcome.Refused(unsuitable));
      case NodeAnswer.Suitable _ ->
          protect(pending)
              .chain(step -> step.then(claims -> record(node, claims, requests, consumer)));
    };
  }

  private Uni<Step<List<ResourceClaim>>> protect(List<PendingClaim> pending) {
    return timed(Stage.FINALIZER, all(pending, claim -> claims.ensureFinalizer(claim.claim())))
        .map(AllocationPipeline::ifAllWritten);
  }

  private Uni<AllocationOutcome> record(
      String node,
      List<ResourceClaim> held,
      List<DeviceRequest> requests,
      Optional<ObjectMeta> consumer) {
    return timed(
            Stage.RECORD,
            onVirtualThread(
                () -> records.change(node, gas -> decide(gas.map(nodes::of), held, requests))))
        .chain(step -> step.then(devices -> announce(node, held, devices, consumer)));
  }

  private Change<Step<Map<String, List<AllocatedDevice>>>> decide(
      Optional<NodeState> node, List<ResourceClaim> held, List<DeviceRequest> requests) {
    return switch (suitability.judge(node, requests)) {
      case NodeAnswer.Unsuitable unsuitable ->
          Change.none(new Step.End<>(new AllocationOutcome.Refused(unsuitable)));
      case NodeAnswer.Suitable(Placement placement) -> {
        var records = new HashMap<String, Optional<ClaimAllocation>>();
        var byClaim = new HashMap<String, List<AllocatedDevice>>();
        for (ResourceClaim claim : held) {
          String uid = Claims.uid(claim);
          List<AllocatedDevice> devices =
              InventoryBuilder.allocated(placement.shares().getOrDefault(uid, List.of()));
          claimsInFlight.pledge(uid, placement.nodeName(), devices);
          byClaim.put(uid, devices);
          records.put(uid, Optional.of(new ClaimAllocation(devices, Claims.ownerUid(claim))));
        }
        yield new Change<>(records, new Step.Next<>(byClaim));
      }
    };
  }

  private Uni<AllocationOutcome> announce(
      String node,
      List<ResourceClaim> held,
      Map<String, List<AllocatedDevice>> devices,
      Optional<ObjectMeta> consumer) {
    return timed(
            Stage.STATUS,
            all(
                held,
                claim ->
                    claims.allocate(
                        claim, AllocationResults.of(node, devices(devices, claim)), consumer)))
        .chain(
            outcomes ->
                ifAllWritten(outcomes)
                    .then(
                        written -> {
                          written.forEach(
                              claim ->
                                  DecisionLog.allocated(
                                      claim, node, devices(devices, claim), consumer));
                          return done(new AllocationOutcome.Allocated());
                        }));
  }

  private static List<AllocatedDevice> devices(
      Map<String, List<AllocatedDevice>> byClaim, ResourceClaim claim) {
    return byClaim.getOrDefault(Claims.uid(claim), List.of());
  }

  private static Step<List<ResourceClaim>> ifAllWritten(List<Outcome<ResourceClaim>> outcomes) {
    var written = new ArrayList<ResourceClaim>();
    for (Outcome<ResourceClaim> outcome : outcomes) {
      switch (outcome) {
        case Outcome.Written<ResourceClaim>(ResourceClaim claim) -> written.add(claim);
        case Outcome.Conflict<ResourceClaim> _, Outcome.Gone<ResourceClaim> _ -> {
          return new Step.End<>(new AllocationOutcome.Outdated());
        }
      }
    }
    return new Step.Next<>(written);
  }

  private <T> Uni<T> timed(Stage stage, Uni<T> work) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Stopwatch time = Stopwatch.start();
              return work.onTermination().invoke(() -> metrics.stage(stage, time.elapsed()));
            });
  }

  /** Writes several claims in parallel, within the limit of the semaphore. */
  private <T, R> Uni<List<R>> all(List<T> items, Function<T, R> write) {
    if (items.size() == 1) {
      return onVirtualThread(() -> List.of(inTurn(write, items.getFirst())));
    }
    return Uni.join()
        .all(items.stream().map(item -> onVirtualThread(() -> inTurn(write, item))).toList())
        .andCollectFailures();
  }

  private <T, R> R inTurn(Function<T, R> write, T item) {
    writes.acquireUninterruptibly();
    try {
      return write.apply(item);
    } finally {
      writes.release();
    }
  }

  private <R> Uni<R> onVirtualThread(Supplier<R> blocking) {
    return Uni.createFrom().item(blocking).runSubscriptionOn(virtualThreads);
  }

  private static Uni<AllocationOutcome> done(AllocationOutcome outcome) {
    return Uni.createFrom().item(outcome);
  }
}
