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
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.ManagedInformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.quarkus.arc.profile.IfBuildProfile;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Keeps a node's {@code resourceClaimAllocations} equal to what the claims say, which is the truth:
 * puts back what is missing, drops what no claim stands for. And has whatever waits looked at again
 * when a node has more room than before.
 */
@ControllerConfiguration(name = "gas", generationAwareEventProcessing = false)
@GradualRetry(maxAttempts = -1, initialInterval = 200, intervalMultiplier = 2, maxInterval = 30_000)
@IfBuildProfile("controller")
class GpuAllocationStateReconciler implements Reconciler<GpuAllocationState> {

  private static final Logger LOG = Logger.getLogger(GpuAllocationStateReconciler.class);
  private static final Duration WHEN_VIEW_IS_INCOMPLETE = Duration.ofMillis(100);

  private final ClusterView view;
  private final ApiServer api;
  private final NodeRecords records;
  private final InFlight inFlight;
  private final Wakeups wakeups;
  private final LostNodes lostNodes;

  GpuAllocationStateReconciler(
      ClusterView view,
      ApiServer api,
      NodeRecords records,
      InFlight inFlight,
      Wakeups wakeups,
      LostNodes lostNodes) {
    this.view = view;
    this.api = api;
    this.records = records;
    this.inFlight = inFlight;
    this.wakeups = wakeups;
    this.lostNodes = lostNodes;
  }

  @Override
  public List<EventSource<?, GpuAllocationState>> prepareEventSources(
      EventSourceContext<GpuAllocationState> context) {
    WatchedResources.feed(
        view.nodes,
        (ManagedInformerEventSource<GpuAllocationState, ?, ?>) context.getPrimaryCache());
    return List.of(wakeups.nodes, listener());
  }

  PrimaryListener<GpuAllocationState> listener() {
    return new PrimaryListener<>(
        GpuAllocationState.class,
        (before, now) -> {
          lostNodes.isHere(now.getMetadata().getName());
          if (Capacity.grew(before, now)) {
            wakeups.waiting();
          }
        },
        last -> lostNodes.gone(last.getMetadata().getName()));
  }

  @Override
  public UpdateControl<GpuAllocationState> reconcile(
      GpuAllocationState node, Context<GpuAllocationState> context) {
    if (!view.isComplete()) {
      return UpdateControl.<GpuAllocationState>noUpdate().rescheduleAfter(WHEN_VIEW_IS_INCOMPLETE);
    }
    String name = node.getMetadata().getName();
    Audit audit = audit(node);
    Set<String> confirmed = withoutAllocationOn(name, audit.unfounded());
    if (!audit.missing().isEmpty() || !confirmed.isEmpty()) {
      LOG.infof(
          "Node %s: claims %s are put back on record, no claim stands for the records %s",
          name, audit.missing().keySet(), confirmed);
      correct(name, confirmed);
    }
    return UpdateControl.noUpdate();
  }

  private Audit audit(GpuAllocationState node) {
    return Audit.of(node, view.claimsOnNode(node.getMetadata().getName()), inFlight::contains);
  }

  /** Looks again under the node's lock: what went on meanwhile is no error. */
  private void correct(String node, Set<String> confirmed) {
    records.change(
        node,
        gas -> {
          var change = new HashMap<String, Optional<ClaimAllocation>>();
          gas.map(this::audit)
              .ifPresent(
                  audit -> {
                    audit.missing().forEach((uid, held) -> change.put(uid, Optional.of(held)));
                    audit.unfounded().stream()
                        .filter(confirmed::contains)
                        .forEach(uid -> change.put(uid, Optional.empty()));
                  });
          return new Change<>(change, node);
        });
    if (!confirmed.isEmpty()) {
      wakeups.waiting();
    }
  }

  /**
   * Another controller, such as one that has lost the connection to its node and not yet ended, may
   * have allocated a claim without this process having seen it: nothing is dropped before the API
   * server confirmed it.
   */
  private Set<String> withoutAllocationOn(String node, Set<String> claimUids) {
    var confirmed = new TreeSet<>(claimUids);
    if (!claimUids.stream().allMatch(uid -> view.claimWithUid(uid).isPresent())) {
      Set<String> allocated =
          api.list(ResourceClaim.class).stream()
              .filter(claim -> isAllocatedOn(node, claim))
              .map(Claims::uid)
              .collect(Collectors.toSet());
      confirmed.removeAll(allocated);
    } else {
      confirmed.removeIf(
          uid ->
              view.claimWithUid(uid)
                  .flatMap(this::readAgain)
                  .filter(claim -> isAllocatedOn(node, claim))
                  .isPresent());
    }
    return confirmed;
  }

  private Optional<ResourceClaim> readAgain(ResourceClaim claim) {
    return api.read(
            ResourceClaim.class, claim.getMetadata().getNamespace(), claim.getMetadata().getName())
        .filter(now -> Claims.uid(now).equals(Claims.uid(claim)));
  }

  private static boolean isAllocatedOn(String node, ResourceClaim claim) {
    return Claims.allocation(claim)
        .flatMap(AllocationResults::node)
        .filter(node::equals)
        .isPresent();
  }
}
