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
import com.intel.dra.kit.client.ResourceVersions;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
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
import java.util.ArrayList;
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
 * Keeps a node's {@code resourceClaimAllocations} equal to the claims, which are authoritative:
 * adds missing records and drops records that no claim justifies. It also triggers everything that
 * waits when a node has more capacity than before.
 */
@ControllerConfiguration(name = "gas", generationAwareEventProcessing = false)
@GradualRetry(maxAttempts = -1, initialInterval = 200, intervalMultiplier = 2, maxInterval = 30_000)
@IfBuildProfile("controller")
public class NodeAuditReconciler implements Reconciler<GpuAllocationState> {

  private static final Logger LOG = Logger.getLogger(NodeAuditReconciler.class);
  private static final Duration WHEN_VIEW_IS_INCOMPLETE = Duration.ofMillis(100);
  private static final Duration WHEN_CLAIMS_CHANGED = Duration.ofSeconds(1);

  /**
   * How many records without a known claim one run checks against the API server; the next run
   * continues.
   */
  static final int MOST_AT_A_TIME = 256;

  /** Longer than any UID that the API server assigns (36 characters). */
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

  /**
   * Agents renew their Leases every few seconds, so a renewal does not trigger a reconciliation of
   * the node.
   */
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
    var failures = new ArrayList<KubernetesClientException>();
    Set<String> confirmed = withoutAllocationOn(name, recordAudit.unfounded(), failures);
    if (!recordAudit.missing().isEmpty() || !confirmed.isEmpty()) {
      LOG.infof(
          "Node %s: its record lacks the claims %s, which are added; the claims %s in it are not"
              + " allocated there, and are removed",
          name, recordAudit.missing().keySet(), confirmed);
      correct(audited, confirmed);
    }
    LostDevices.of(audited, view.claimsOnNode(name))
        .forEach(
            lost -> events.warn(lost.claim(), EventReason.DEVICE_NOT_OFFERED, lost.message(name)));
    if (!failures.isEmpty()) {
      throw failures.getFirst(); // the next try comes later each time
    }
    return confirmed.size() < recordAudit.unfounded().size()
        ? UpdateControl.<GpuAllocationState>noUpdate().rescheduleAfter(WHEN_CLAIMS_CHANGED)
        : UpdateControl.noUpdate();
  }

  private RecordAudit recordAudit(GpuAllocationState node) {
    return RecordAudit.of(
        node, view.claimsOnNode(node.getMetadata().getName()), claimsInFlight::isUnderWay);
  }

  /**
   * Audits again under the node's lock, because changes made meanwhile are no errors. Drops records
   * only of the version that was audited, because the confirmation may be outdated; the change of
   * the record triggers a new audit.
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
                if (ResourceVersions.areSame(now, audited)) {
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

  /**
   * Finds the claims whose records may be dropped. Another controller, for example one whose node
   * is cut off and which has not ended yet, may have allocated a claim without this process having
   * seen it, or may be about to. Therefore a record is dropped only after the API server has
   * confirmed it, and after the claim was changed, so that later writes of that controller to the
   * claim's status are conflicts.
   *
   * @param failures gets the failures of claims that could not be read or changed, such as one that
   *     an admission webhook refuses; they keep no other record from being corrected
   * @return the claims that hold nothing on the node and cannot get anything there any more; not
   *     all of them at once, because a writer of the record may invent any number of them
   */
  private Set<String> withoutAllocationOn(
      String node, Set<String> claimUids, List<KubernetesClientException> failures) {
    Set<String> looked =
        claimUids.stream().limit(MOST_AT_A_TIME).collect(Collectors.toCollection(TreeSet::new));
    var out = new TreeSet<String>();
    read(node, looked, failures)
        .forEach(
            (uid, read) -> {
              try {
                if (isAnswering(failures) && read.map(claim -> isOut(node, claim)).orElse(true)) {
                  out.add(uid);
                }
              } catch (KubernetesClientException e) {
                failures.add(e);
              }
            });
    return out;
  }

  /**
   * Whether the API server answers, as far as these failures show. While it does not, each request
   * takes long, and no more are made.
   */
  private static boolean isAnswering(List<KubernetesClientException> failures) {
    return failures.stream()
        .allMatch(failure -> failure.getCode() >= 400 && failure.getCode() < 500);
  }

  private boolean isOut(String node, ResourceClaim claim) {
    return Claims.allocation(claim).isPresent()
        ? !isAllocatedOn(node, claim)
        : !(claims.removeFinalizer(claim) instanceof Outcome.Conflict);
  }

  /**
   * Returns the claims as they are now, past the informers, by UID; empty if the claim is gone.
   * Claims of which nothing is known yet, and those that could not be read, are left out.
   */
  private Map<String, Optional<ResourceClaim>> read(
      String node, Set<String> claimUids, List<KubernetesClientException> failures) {
    var now = new HashMap<String, Optional<ResourceClaim>>();
    var unknown = new TreeSet<String>();
    for (String uid : claimUids) {
      Optional<ResourceID> known = view.claimWithUid(uid).map(ResourceID::fromResource);
      if (!isAnswering(failures)) {
        break;
      }
      if (known.isPresent()) {
        try {
          now.put(uid, readAgain(uid, known.get()));
        } catch (KubernetesClientException e) {
          failures.add(e);
        }
      } else if (uid.length() > LONGEST_UID) {
        now.put(uid, Optional.empty());
      } else {
        unknown.add(uid);
      }
    }
    if (!unknown.isEmpty() && isAnswering(failures)) {
      try {
        unknownClaims
            .find(node, unknown)
            .forEach((uid, found) -> now.put(uid, found.flatMap(id -> readAgain(uid, id))));
      } catch (KubernetesClientException e) {
        failures.add(e);
      }
    }
    return now;
  }

  /** A claim of the same name with another UID is a different claim. */
  private Optional<ResourceClaim> readAgain(String uid, ResourceID id) {
    return api.read(ResourceClaim.class, id.getNamespace().orElseThrow(), id.getName())
        .filter(claim -> uid.equals(Claims.uid(claim)));
  }

  private static boolean isAllocatedOn(String node, ResourceClaim claim) {
    return Claims.isAllocatedByUs(claim)
        && Claims.allocation(claim)
            .flatMap(AllocationResults::node)
            .filter(node::equals)
            .isPresent();
  }
}
