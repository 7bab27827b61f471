package com.intel.dra.gpu.controller.release;

import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import com.intel.dra.gpu.controller.placing.AllocationMode;
import com.intel.dra.gpu.controller.placing.ClaimsInFlight;
import com.intel.dra.gpu.controller.placing.ControllerMetrics;
import com.intel.dra.gpu.controller.placing.ControllerMetrics.DeallocationResult;
import com.intel.dra.gpu.controller.placing.DecisionLog;
import com.intel.dra.gpu.controller.placing.DeviceKindLabel;
import com.intel.dra.gpu.controller.placing.RejectedSelections;
import com.intel.dra.gpu.controller.records.ClaimWriter;
import com.intel.dra.gpu.controller.records.NodeRecords;
import com.intel.dra.gpu.controller.records.NodeRecords.Change;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Releases the devices of a claim. If a node's record is gone (because the node, the agent or the
 * object was removed), nothing has to be released there.
 */
@Singleton
@IfBuildProfile("controller")
public class ClaimRelease {

  private final ClusterView view;
  private final NodeRecords records;
  private final ClaimWriter claims;
  private final RejectedSelections rejected;
  private final ClaimsInFlight claimsInFlight;
  private final ReconcilerTriggers triggers;
  private final ControllerMetrics metrics;

  public ClaimRelease(
      ClusterView view,
      NodeRecords records,
      ClaimWriter claims,
      RejectedSelections rejected,
      ClaimsInFlight claimsInFlight,
      ReconcilerTriggers triggers,
      ControllerMetrics metrics) {
    this.view = view;
    this.records = records;
    this.claims = claims;
    this.rejected = rejected;
    this.claimsInFlight = claimsInFlight;
    this.triggers = triggers;
    this.metrics = metrics;
  }

  /**
   * Removes the claim's allocation or our finalizer, then its records, then the finalizer if it is
   * left. Blocks.
   *
   * <p>The claim is written first. This causes a conflict for any write to the claim's status by
   * another controller that does not know yet that it leads no more, so the released devices are
   * not given to others while that controller gives them to this claim. If an interruption leaves a
   * record, the audit drops it.
   *
   * @return false if the claim is being worked on, or was changed meanwhile: try again soon
   */
  boolean release(ResourceClaim claim) {
    List<String> uid = List.of(Claims.uid(claim));
    if (!claimsInFlight.tryEnter(uid)) {
      return false;
    }
    try {
      boolean released = giveBack(claim);
      count(claim, released ? DeallocationResult.DEALLOCATED : DeallocationResult.CONFLICT);
      return released;
    } catch (RuntimeException e) {
      count(claim, DeallocationResult.ERROR);
      throw e;
    } finally {
      claimsInFlight.leave(uid);
      triggers.waiting();
    }
  }

  private boolean giveBack(ResourceClaim claim) {
    if (Claims.isDeallocationRequested(claim)) {
      Claims.allocation(claim)
          .flatMap(AllocationResults::node)
          .ifPresent(node -> rejected.deallocating(claim, node));
    }
    Set<String> holders = holders(claim);
    Outcome<ResourceClaim> outcome =
        mustBeCleared(claim) ? claims.deallocate(claim) : claims.removeFinalizer(claim);
    if (outcome instanceof Outcome.Conflict) {
      return false;
    }
    // also for a claim that is gone: nobody can give it devices any more, and if its event came
    // while it was in flight, the audit has left it out
    dropRecords(claim, holders);
    boolean released = !(outcome.then(claims::removeFinalizer) instanceof Outcome.Conflict);
    if (released && Claims.allocation(claim).isPresent()) {
      DecisionLog.released(claim, holders);
    }
    return released;
  }

  private void count(ResourceClaim claim, DeallocationResult result) {
    Claims.allocation(claim)
        .ifPresent(
            allocation ->
                metrics.deallocation(
                    AllocationMode.of(claim),
                    DeviceKindLabel.held(AllocationResults.devices(allocation)),
                    result));
  }

  private void dropRecords(ResourceClaim claim, Set<String> holders) {
    for (String node : holders) {
      records.change(node, _ -> new Change<>(Map.of(Claims.uid(claim), Optional.empty()), node));
    }
  }

  /**
   * Returns the node that the claim names, and any other node on which an interrupted attempt left
   * a record.
   */
  private Set<String> holders(ResourceClaim claim) {
    var nodes = new TreeSet<String>();
    Claims.allocation(claim).flatMap(AllocationResults::node).ifPresent(nodes::add);
    view.nodesThatRecord(Claims.uid(claim))
        .forEach(node -> nodes.add(node.getMetadata().getName()));
    return nodes;
  }

  /**
   * If removing our finalizer makes the claim vanish, it needs no new status, which saves a write.
   * If the claim stays, or a finalizer of others holds it, it needs one if it has an allocation of
   * ours.
   */
  private static boolean mustBeCleared(ResourceClaim claim) {
    boolean vanishes =
        claim.getMetadata().getDeletionTimestamp() != null && !Claims.hasOtherFinalizers(claim);
    return !vanishes && Claims.isAllocatedByUs(claim);
  }
}
