package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.claim.AllocationResults;
import com.intel.dra.gpu.claim.Claims;
import com.intel.dra.gpu.controller.NodeRecords.Change;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.ManagedInformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.quarkus.arc.profile.IfBuildProfile;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/**
 * Keeps a node's {@code resourceClaimAllocations} equal to what the claims say, which is the truth:
 * puts back what is missing, drops what no claim stands for. And has waiting pods looked at again
 * when a node has more room than before.
 */
@ControllerConfiguration(name = "gas", generationAwareEventProcessing = false)
@GradualRetry(maxAttempts = -1, initialInterval = 200, intervalMultiplier = 2, maxInterval = 30_000)
@IfBuildProfile("controller")
class GpuAllocationStateReconciler implements Reconciler<GpuAllocationState> {

  private static final Logger LOG = Logger.getLogger(GpuAllocationStateReconciler.class);
  private static final Duration AUDIT_AGAIN = Duration.ofSeconds(30);

  private final ClusterView view;
  private final NodeRecords records;
  private final ClaimWriter claims;
  private final InFlight inFlight;
  private final CapacityWatch capacity;
  private final Wakeups wakeups;

  GpuAllocationStateReconciler(
      ClusterView view,
      NodeRecords records,
      ClaimWriter claims,
      InFlight inFlight,
      CapacityWatch capacity,
      Wakeups wakeups) {
    this.view = view;
    this.records = records;
    this.claims = claims;
    this.inFlight = inFlight;
    this.capacity = capacity;
    this.wakeups = wakeups;
  }

  @Override
  public List<EventSource<?, GpuAllocationState>> prepareEventSources(
      EventSourceContext<GpuAllocationState> context) {
    view.nodes.attach(
        (ManagedInformerEventSource<GpuAllocationState, ?, ?>) context.getPrimaryCache());
    return List.of(wakeups.nodes);
  }

  @Override
  public UpdateControl<GpuAllocationState> reconcile(
      GpuAllocationState node, Context<GpuAllocationState> context) {
    if (capacity.grew(node)) {
      wakeWaiting();
    }
    String name = node.getMetadata().getName();
    Audit audit = Audit.of(node, view.claimsOnNode(name), inFlight::contains);
    if (!audit.missing().isEmpty()) {
      putBack(name, audit.missing());
    }
    if (!audit.unfounded().isEmpty()) {
      drop(name, audit.unfounded());
    }
    return audit.isSettled()
        ? UpdateControl.noUpdate()
        : UpdateControl.<GpuAllocationState>noUpdate().rescheduleAfter(AUDIT_AGAIN);
  }

  private void putBack(String node, Map<String, ClaimAllocation> missing) {
    LOG.infof("Node %s: putting claims %s back on record", node, missing.keySet());
    records.change(
        node,
        _ -> {
          var put = new HashMap<String, Optional<ClaimAllocation>>();
          missing.forEach((uid, allocation) -> put.put(uid, Optional.of(allocation)));
          put.keySet().removeIf(inFlight::contains);
          return new Change<>(put, node);
        });
  }

  /** The informers may lag behind: nothing is dropped before the API server confirmed it. */
  private void drop(String node, Set<String> claimUids) {
    var unfounded = new TreeSet<>(claimUids);
    unfounded.removeIf(uid -> isAllocatedOn(node, uid));
    if (unfounded.isEmpty()) {
      return;
    }
    LOG.infof("Node %s: no claim stands for the records %s, dropping them", node, unfounded);
    records.change(
        node,
        _ -> {
          var dropped = new HashMap<String, Optional<ClaimAllocation>>();
          unfounded.stream()
              .filter(uid -> !inFlight.contains(uid))
              .forEach(uid -> dropped.put(uid, Optional.empty()));
          return new Change<>(dropped, node);
        });
  }

  private boolean isAllocatedOn(String node, String claimUid) {
    Optional<ResourceClaim> known = view.claimWithUid(claimUid);
    return (known.isPresent() ? claims.readAgain(known.get()) : claims.find(claimUid))
        .flatMap(Claims::allocation)
        .flatMap(AllocationResults::node)
        .filter(node::equals)
        .isPresent();
  }

  private void wakeWaiting() {
    view.schedulingContexts
        .list()
        .forEach(
            context -> Wakeups.wake(wakeups.schedulingContexts, ResourceID.fromResource(context)));
    view.unallocatedImmediateClaims()
        .forEach(claim -> Wakeups.wake(wakeups.claims, ResourceID.fromResource(claim)));
  }
}
