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
 * Gives back what a claim holds. A node whose record is gone (node, agent or object were removed)
 * holds nothing back.
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
   * Takes the claim's allocation or our finalizer away, then its records, then what is left of the
   * two. Blocks.
   *
   * <p>The claim comes first: that makes a conflict of whatever another controller, which does not
   * know yet that it leads no more, is about to write into the claim's status. So nobody is given
   * devices that the claim is given meanwhile. A record that is left over by an interruption is
   * dropped by the audit.
   *
   * @return false if the claim is being worked on, or was changed meanwhile: look again soon
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
        mustBeCleared(claim)
            ? claims
                .deallocate(claim)
                .then(
                    cleared -> {
                      dropRecords(claim, holders);
                      return claims.removeFinalizer(cleared);
                    })
            : claims
                .removeFinalizer(claim)
                .then(
                    open -> {
                      dropRecords(claim, holders);
                      return new Outcome.Written<>(open);
                    });
    boolean released = !(outcome instanceof Outcome.Conflict);
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

  /** The node that the claim names, and any other that an interrupted attempt left a record on. */
  private Set<String> holders(ResourceClaim claim) {
    var nodes = new TreeSet<String>();
    Claims.allocation(claim).flatMap(AllocationResults::node).ifPresent(nodes::add);
    view.nodesThatRecord(Claims.uid(claim))
        .forEach(node -> nodes.add(node.getMetadata().getName()));
    return nodes;
  }

  /**
   * A claim that vanishes with our finalizer needs no new status, which saves a write; one that
   * lives on, or that somebody else holds back, does if it has an allocation of ours.
   */
  private static boolean mustBeCleared(ResourceClaim claim) {
    boolean vanishes =
        claim.getMetadata().getDeletionTimestamp() != null && !Claims.hasOtherFinalizers(claim);
    return !vanishes && Claims.isAllocatedByUs(claim);
  }
}
