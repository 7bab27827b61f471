package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.claim.AllocationResults;
import com.intel.dra.gpu.claim.Claims;
import com.intel.dra.gpu.controller.ApiServer.Outcome;
import com.intel.dra.gpu.controller.NodeRecords.Change;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
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
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
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
  private static final Duration WHEN_CLAIMS_CHANGED = Duration.ofSeconds(1);

  /**
   * Records without a known claim that one look asks the API server about; the next look goes on.
   */
  static final int MOST_AT_A_TIME = 256;

  /** No UID that the API server gives is as long: 36 characters. */
  static final int LONGEST_UID = 128;

  private final ClusterView view;
  private final ApiServer api;
  private final UnknownClaims unknownClaims;
  private final NodeRecords records;
  private final ClaimWriter claims;
  private final InFlight inFlight;
  private final Wakeups wakeups;
  private final LostNodes lostNodes;
  private final EventPublisher events;
  private final String namespace;

  GpuAllocationStateReconciler(
      ClusterView view,
      ApiServer api,
      UnknownClaims unknownClaims,
      NodeRecords records,
      ClaimWriter claims,
      InFlight inFlight,
      Wakeups wakeups,
      LostNodes lostNodes,
      EventPublisher events,
      @ConfigProperty(name = "gpu.namespace") String namespace) {
    this.view = view;
    this.api = api;
    this.unknownClaims = unknownClaims;
    this.records = records;
    this.claims = claims;
    this.inFlight = inFlight;
    this.wakeups = wakeups;
    this.lostNodes = lostNodes;
    this.events = events;
    this.namespace = namespace;
  }

  @Override
  public List<EventSource<?, GpuAllocationState>> prepareEventSources(
      EventSourceContext<GpuAllocationState> context) {
    WatchedResources.feed(
        view.nodes,
        (ManagedInformerEventSource<GpuAllocationState, ?, ?>) context.getPrimaryCache());
    return List.of(wakeups.nodes, listener(), agentLeases(context));
  }

  /** Renewed every few seconds for each node, which is no reason to look at the node. */
  private EventSource<?, GpuAllocationState> agentLeases(
      EventSourceContext<GpuAllocationState> context) {
    var informer =
        new InformerEventSource<Lease, GpuAllocationState>(
            InformerEventSourceConfiguration.from(Lease.class, GpuAllocationState.class)
                .withName("agent-leases")
                .withNamespaces(namespace)
                .withLabelSelector(AgentLease.LABEL + "=" + AgentLease.LABEL_VALUE)
                .withSecondaryToPrimaryMapper(_ -> Set.of())
                .build(),
            context);
    WatchedResources.feed(view.agentLeases, informer);
    return informer;
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
    GpuAllocationState audited = view.node(name).orElse(node);
    Audit audit = audit(audited);
    Set<String> confirmed = withoutAllocationOn(name, audit.unfounded());
    if (!audit.missing().isEmpty() || !confirmed.isEmpty()) {
      LOG.infof(
          "Node %s: claims %s are put back on record, no claim stands for the records %s",
          name, audit.missing().keySet(), confirmed);
      correct(audited, confirmed);
    }
    LostDevices.of(audited, view.claimsOnNode(name))
        .forEach(
            lost -> events.warn(lost.claim(), EventReason.DEVICE_NOT_OFFERED, lost.message(name)));
    return confirmed.size() < audit.unfounded().size()
        ? UpdateControl.<GpuAllocationState>noUpdate().rescheduleAfter(WHEN_CLAIMS_CHANGED)
        : UpdateControl.noUpdate();
  }

  private Audit audit(GpuAllocationState node) {
    return Audit.of(node, view.claimsOnNode(node.getMetadata().getName()), inFlight::contains);
  }

  /**
   * Looks again under the node's lock: what went on meanwhile is no error. Drops records only of
   * the version that was audited, for what was confirmed may have been overtaken; the change has
   * the node looked at again.
   */
  private void correct(GpuAllocationState audited, Set<String> confirmed) {
    String node = audited.getMetadata().getName();
    records.change(
        node,
        gas -> {
          var change = new HashMap<String, Optional<ClaimAllocation>>();
          gas.ifPresent(
              now -> {
                Audit audit = audit(now);
                audit.missing().forEach((uid, held) -> change.put(uid, Optional.of(held)));
                if (isSameVersion(now, audited)) {
                  audit.unfounded().stream()
                      .filter(confirmed::contains)
                      .forEach(uid -> change.put(uid, Optional.empty()));
                }
              });
          return new Change<>(change, node);
        });
    if (!confirmed.isEmpty()) {
      wakeups.waiting();
    }
  }

  private static boolean isSameVersion(GpuAllocationState one, GpuAllocationState other) {
    return one.getMetadata().getResourceVersion().equals(other.getMetadata().getResourceVersion());
  }

  /**
   * Another controller, such as one that has lost the connection to its node and not yet ended, may
   * have allocated a claim without this process having seen it, or be about to: nothing is dropped
   * before the API server confirmed it, and before the claim was changed, which makes a conflict of
   * whatever that controller has yet to write into its status.
   *
   * @return those of the claims that hold nothing there and cannot any more; not all of them at
   *     once, for who may write the record may make up as many as he likes
   */
  private Set<String> withoutAllocationOn(String node, Set<String> claimUids) {
    Set<String> looked =
        claimUids.stream().limit(MOST_AT_A_TIME).collect(Collectors.toCollection(TreeSet::new));
    Map<String, Optional<ResourceClaim>> now = read(node, looked);
    return looked.stream()
        .filter(uid -> now.containsKey(uid))
        .filter(uid -> now.get(uid).map(claim -> isOut(node, claim)).orElse(true))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private boolean isOut(String node, ResourceClaim claim) {
    return Claims.allocation(claim).isPresent()
        ? !isAllocatedOn(node, claim)
        : !(claims.removeFinalizer(claim) instanceof Outcome.Conflict);
  }

  /**
   * As they are now, past the informers, by UID; empty where the claim is gone. Without those of
   * which nothing is known yet.
   */
  private Map<String, Optional<ResourceClaim>> read(String node, Set<String> claimUids) {
    var now = new HashMap<String, Optional<ResourceClaim>>();
    var unknown = new TreeSet<String>();
    for (String uid : claimUids) {
      Optional<ResourceID> known = view.claimWithUid(uid).map(ResourceID::fromResource);
      if (known.isPresent()) {
        now.put(uid, readAgain(uid, known.get()));
      } else if (uid.length() > LONGEST_UID) {
        now.put(uid, Optional.empty());
      } else {
        unknown.add(uid);
      }
    }
    if (!unknown.isEmpty()) {
      unknownClaims
          .find(node, unknown)
          .forEach((uid, found) -> now.put(uid, found.flatMap(id -> readAgain(uid, id))));
    }
    return now;
  }

  /** Another claim of that name is not it. */
  private Optional<ResourceClaim> readAgain(String uid, ResourceID id) {
    return api.read(ResourceClaim.class, id.getNamespace().orElseThrow(), id.getName())
        .filter(claim -> uid.equals(Claims.uid(claim)));
  }

  private static boolean isAllocatedOn(String node, ResourceClaim claim) {
    return Claims.allocation(claim)
        .flatMap(AllocationResults::node)
        .filter(node::equals)
        .isPresent();
  }
}
