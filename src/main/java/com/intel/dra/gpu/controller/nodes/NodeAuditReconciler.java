package com.intel.dra.gpu.controller.nodes;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.controller.cluster.ApiServer;
import com.intel.dra.gpu.controller.cluster.ApiServer.Outcome;
import com.intel.dra.gpu.controller.cluster.ChangeListener;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.EventPublisher;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import com.intel.dra.gpu.controller.cluster.WatchedResources;
import com.intel.dra.gpu.controller.placing.ClaimsInFlight;
import com.intel.dra.gpu.controller.records.ClaimWriter;
import com.intel.dra.gpu.controller.records.FreedCapacity;
import com.intel.dra.gpu.controller.records.LostDevices;
import com.intel.dra.gpu.controller.records.NodeRecords;
import com.intel.dra.gpu.controller.records.NodeRecords.Change;
import com.intel.dra.gpu.controller.records.RecordAudit;
import com.intel.dra.gpu.controller.release.LostNodes;
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
public class NodeAuditReconciler implements Reconciler<GpuAllocationState> {

  private static final Logger LOG = Logger.getLogger(NodeAuditReconciler.class);
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
  private final ClaimsInFlight claimsInFlight;
  private final ReconcilerTriggers triggers;
  private final LostNodes lostNodes;
  private final EventPublisher events;
  private final String namespace;

  public NodeAuditReconciler(
      ClusterView view,
      ApiServer api,
      UnknownClaims unknownClaims,
      NodeRecords records,
      ClaimWriter claims,
      ClaimsInFlight claimsInFlight,
      ReconcilerTriggers triggers,
      LostNodes lostNodes,
      EventPublisher events,
      @ConfigProperty(name = "gpu.namespace") String namespace) {
    this.view = view;
    this.api = api;
    this.unknownClaims = unknownClaims;
    this.records = records;
    this.claims = claims;
    this.claimsInFlight = claimsInFlight;
    this.triggers = triggers;
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
    return List.of(triggers.nodes, listener(), agentLeases(context));
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

  public ChangeListener<GpuAllocationState> listener() {
    return new ChangeListener<>(
        GpuAllocationState.class,
        (before, now) -> {
          lostNodes.isHere(now.getMetadata().getName());
          if (FreedCapacity.grew(before, now)) {
            triggers.waiting();
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
    RecordAudit recordAudit = recordAudit(audited);
    Set<String> confirmed = withoutAllocationOn(name, recordAudit.unfounded());
    if (!recordAudit.missing().isEmpty() || !confirmed.isEmpty()) {
      LOG.infof(
          "Node %s: claims %s are put back on record, no claim stands for the records %s",
          name, recordAudit.missing().keySet(), confirmed);
      correct(audited, confirmed);
    }
    LostDevices.of(audited, view.claimsOnNode(name))
        .forEach(
            lost -> events.warn(lost.claim(), EventReason.DEVICE_NOT_OFFERED, lost.message(name)));
    return confirmed.size() < recordAudit.unfounded().size()
        ? UpdateControl.<GpuAllocationState>noUpdate().rescheduleAfter(WHEN_CLAIMS_CHANGED)
        : UpdateControl.noUpdate();
  }

  private RecordAudit recordAudit(GpuAllocationState node) {
    return RecordAudit.of(
        node, view.claimsOnNode(node.getMetadata().getName()), claimsInFlight::contains);
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
                RecordAudit recordAudit = recordAudit(now);
                recordAudit.missing().forEach((uid, held) -> change.put(uid, Optional.of(held)));
                if (isSameVersion(now, audited)) {
                  recordAudit.unfounded().stream()
                      .filter(confirmed::contains)
                      .forEach(uid -> change.put(uid, Optional.empty()));
                }
              });
          return new Change<>(change, node);
        });
    if (!confirmed.isEmpty()) {
      triggers.waiting();
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
    return read(node, looked).entrySet().stream()
        .filter(read -> read.getValue().map(claim -> isOut(node, claim)).orElse(true))
        .map(Map.Entry::getKey)
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
