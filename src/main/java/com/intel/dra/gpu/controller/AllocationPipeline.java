package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.claim.AllocationResults;
import com.intel.dra.gpu.claim.Claims;
import com.intel.dra.gpu.controller.NodeRecords.Change;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
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

  private final NodeRecords records;
  private final ClaimWriter claims;
  private final Judge judge;
  private final InFlight inFlight;
  private final ExecutorService virtualThreads;

  AllocationPipeline(
      NodeRecords records,
      ClaimWriter claims,
      Judge judge,
      InFlight inFlight,
      @VirtualThreads ExecutorService virtualThreads) {
    this.records = records;
    this.claims = claims;
    this.judge = judge;
    this.inFlight = inFlight;
    this.virtualThreads = virtualThreads;
  }

  /**
   * Allocates all of the claims on that node, or none.
   *
   * @param consumer the pod to reserve the claims for in the same write
   * @return fails with the API server's error; then the whole attempt is to be repeated
   */
  Uni<AllocationOutcome> allocate(
      String node, List<PendingClaim> pending, Optional<ObjectMeta> consumer) {
    List<String> uids = pending.stream().map(PendingClaim::uid).toList();
    return Uni.createFrom()
        .deferred(
            () ->
                inFlight.tryEnter(uids)
                    ? protect(pending)
                        .chain(held -> record(node, held))
                        .chain(recorded -> announce(node, recorded, consumer))
                        .onTermination()
                        .invoke(() -> inFlight.leave(uids))
                    : Uni.createFrom().item(new AllocationOutcome.Busy()));
  }

  private Uni<List<PendingClaim>> protect(List<PendingClaim> pending) {
    return all(
        pending, claim -> new PendingClaim(claims.ensureFinalizer(claim.claim()), claim.request()));
  }

  /** What the node's record holds for the claims now, or why it cannot. */
  private sealed interface Recorded {

    record Devices(Map<ResourceClaim, List<AllocatedDevice>> byClaim) implements Recorded {}

    record Nothing(NodeAnswer.Unsuitable answer) implements Recorded {}
  }

  private Uni<Recorded> record(String node, List<PendingClaim> pending) {
    List<DeviceRequest> requests =
        pending.stream().map(claim -> Inventories.request(claim.uid(), claim.request())).toList();
    return onVirtualThread(
        () ->
            records.change(
                node,
                state ->
                    switch (judge.judge(state, requests)) {
                      case NodeAnswer.Unsuitable unsuitable ->
                          Change.none(new Recorded.Nothing(unsuitable));
                      case NodeAnswer.Suitable suitable -> change(pending, suitable);
                    }));
  }

  private static Change<Recorded> change(List<PendingClaim> pending, NodeAnswer.Suitable suitable) {
    var written = new HashMap<String, Optional<ClaimAllocation>>();
    var byClaim = new HashMap<ResourceClaim, List<AllocatedDevice>>();
    for (PendingClaim claim : pending) {
      List<AllocatedDevice> devices =
          Inventories.allocated(suitable.placement().shares().getOrDefault(claim.uid(), List.of()));
      byClaim.put(claim.claim(), devices);
      written.put(
          claim.uid(), Optional.of(new ClaimAllocation(devices, Claims.ownerUid(claim.claim()))));
    }
    return new Change<>(written, new Recorded.Devices(byClaim));
  }

  private Uni<AllocationOutcome> announce(
      String node, Recorded recorded, Optional<ObjectMeta> consumer) {
    return switch (recorded) {
      case Recorded.Nothing nothing ->
          Uni.createFrom().item(new AllocationOutcome.Refused(nothing.answer()));
      case Recorded.Devices devices ->
          all(
                  List.copyOf(devices.byClaim().entrySet()),
                  entry ->
                      claims.allocate(
                          entry.getKey(), AllocationResults.of(node, entry.getValue()), consumer))
              .replaceWith(new AllocationOutcome.Allocated());
    };
  }

  /** Writes of several claims do not wait for each other. */
  private <T, R> Uni<List<R>> all(List<T> items, Function<T, R> write) {
    if (items.size() == 1) {
      return onVirtualThread(() -> List.of(write.apply(items.getFirst())));
    }
    return Uni.join()
        .all(items.stream().map(item -> onVirtualThread(() -> write.apply(item))).toList())
        .andCollectFailures();
  }

  private <R> Uni<R> onVirtualThread(Supplier<R> blocking) {
    return Uni.createFrom().item(blocking).runSubscriptionOn(virtualThreads);
  }
}
