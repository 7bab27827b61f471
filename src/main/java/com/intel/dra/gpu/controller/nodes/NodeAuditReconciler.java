package com.intel.dra.gpu.controller.nodes;

import com.intel.dra.gpu.api.AgentLease;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.EventReason;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.controller.cluster.ApiServer;
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
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.ManagedInformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.quarkus.arc.profile.IfBuildProfile;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

  private final ClusterView view;
  private final UnfoundedRecords unfounded;
  private final NodeRecords records;
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
    this.unfounded = new UnfoundedRecords(view, api, unknownClaims, claims);
    this.records = records;
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
        last -> {
          unfounded.forget(last.getMetadata().getName());
          lostNodes.gone(last.getMetadata().getName());
        });
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
    UnfoundedRecords.Check check = unfounded.check(name, recordAudit.unfounded());
    Set<String> confirmed = check.confirmed();
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
    if (!check.failures().isEmpty()) {
      throw check.failures().getFirst(); // the next try comes later each time
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
}
