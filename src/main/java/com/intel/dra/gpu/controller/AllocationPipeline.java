package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.claim.AllocationResults;
import com.intel.dra.gpu.claim.Claims;
import com.intel.dra.gpu.controller.ApiServer.Outcome;
import com.intel.dra.gpu.controller.ControllerMetrics.AllocationResult;
import com.intel.dra.gpu.controller.ControllerMetrics.Stage;
import com.intel.dra.gpu.controller.NodeRecords.Change;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Allocates claims on one node, all of them or none: finalizers, then the node's record, then the
 * claims' statuses.
 *
 * <p>The order makes every interruption harmless. A claim with a finalizer and nothing else is let
 * go when it is deleted. A record without an allocated claim is found again by the next attempt, or
 * dropped by the audit. Each attempt decides anew on what the node's record says, where the claim's
 * own record counts as its own: repeating one changes nothing.
 */
@Singleton
@IfBuildProfile("controller")
class AllocationPipeline {

  /**
   * Writes of claims, of all pods together: a pod may have many claims, and the client itself has
   * no limit.
   */
  static final int WRITES_AT_A_TIME = 16;

  private final ClusterView view;
  private final NodeStates nodes;
  private final NodeRecords records;
  private final ClaimWriter claims;
  private final Judge judge;
  private final InFlight inFlight;
  private final Wakeups wakeups;
  private final ControllerMetrics metrics;
  private final ExecutorService virtualThreads;
  private final Semaphore writes = new Semaphore(WRITES_AT_A_TIME, true);

  AllocationPipeline(
      ClusterView view,
      NodeStates nodes,
      NodeRecords records,
      ClaimWriter claims,
      Judge judge,
      InFlight inFlight,
      Wakeups wakeups,
      ControllerMetrics metrics,
      @VirtualThreads ExecutorService virtualThreads) {
    this.view = view;
    this.nodes = nodes;
    this.records = records;
    this.claims = claims;
    this.judge = judge;
    this.inFlight = inFlight;
    this.wakeups = wakeups;
    this.metrics = metrics;
    this.virtualThreads = virtualThreads;
  }

  /**
   * As {@link #allocate}, waiting for it and counting that it allocated or failed. There is no time
   * limit: it would let go of the claims while they are still being written.
   *
   * @param mode how it is counted
   * @throws RuntimeException the API server's error
   */
  AllocationOutcome allocateAndWait(
      AllocationMode mode, String node, List<PendingClaim> pending, Optional<ObjectMeta> consumer) {
    DeviceKinds kinds = DeviceKinds.asked(pending);
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
      // only the caller knows whether another node is tried; who is busy counts it
      case AllocationOutcome.Refused _, AllocationOutcome.Busy _ -> {}
    }
    return outcome;
  }

  /**
   * Allocates all of the claims on that node, or none.
   *
   * @param consumer the pod to reserve the claims for in the same write
   * @return fails with the API server's error; then the whole attempt is to be repeated
   */
  private Uni<AllocationOutcome> allocate(
      String node, List<PendingClaim> pending, Optional<ObjectMeta> consumer) {
    List<String> uids = pending.stream().map(PendingClaim::uid).toList();
    return Uni.createFrom()
        .deferred(
            () ->
                inFlight.tryEnter(uids)
                    ? Uni.createFrom()
                        .deferred(() -> attempt(node, pending, consumer))
                        .onTermination()
                        .invoke(() -> leave(node, pending, uids))
                    : done(new AllocationOutcome.Busy()));
  }

  /**
   * What is on record must be founded from now on, and the other way round; while the claims were
   * in flight the audit did not look. Most often all is well, which is not worth a whole audit.
   *
   * <p>A claim that this attempt has protected, and for nothing, is let go if no pending pod waits
   * for it. No event tells of our own write.
   */
  private void leave(String node, List<PendingClaim> pending, List<String> uids) {
    inFlight.leave(uids);
    view.node(node).filter(gas -> !isSettled(gas, uids)).ifPresent(wakeups::node);
    pending.stream()
        .map(PendingClaim::claim)
        .filter(before -> !Claims.hasFinalizer(before))
        .flatMap(before -> view.claimWithUid(Claims.uid(before)).stream())
        .filter(now -> Claims.hasFinalizer(now) && Claims.allocation(now).isEmpty())
        .forEach(wakeups::claim);
  }

  private boolean isSettled(GpuAllocationState gas, List<String> claimUids) {
    List<ResourceClaim> here =
        view.claimsOnNode(gas.getMetadata().getName()).stream()
            .filter(claim -> claimUids.contains(Claims.uid(claim)))
            .toList();
    return Audit.of(gas, here, uid -> !claimUids.contains(uid)).findsNothing();
  }

  /** One step of an attempt: what it got for the next one, or how the attempt ended here. */
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
    // before anything is written, though only what is decided on the record counts
    return switch (judge.judge(nodes.named(node), requests)) {
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
    return switch (judge.judge(node, requests)) {
      case NodeAnswer.Unsuitable unsuitable ->
          Change.none(new Step.End<>(new AllocationOutcome.Refused(unsuitable)));
      case NodeAnswer.Suitable(Placement placement) -> {
        var records = new HashMap<String, Optional<ClaimAllocation>>();
        var byClaim = new HashMap<String, List<AllocatedDevice>>();
        for (ResourceClaim claim : held) {
          String uid = Claims.uid(claim);
          List<AllocatedDevice> devices =
              Inventories.allocated(placement.shares().getOrDefault(uid, List.of()));
          inFlight.pledge(uid, placement.nodeName(), devices);
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
              long begin = System.nanoTime();
              return work.onTermination()
                  .invoke(() -> metrics.stage(stage, Duration.ofNanos(System.nanoTime() - begin)));
            });
  }

  /** Writes of several claims go on beside each other, as many as there is room for. */
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
