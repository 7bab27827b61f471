package com.intel.dra.gpu.controller.cluster;

import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;

/**
 * Lets one reconciler trigger another for some objects, because JOSDK triggers no reconciler for
 * this process' own writes. A call has no effect before the other reconciler has started, which is
 * correct: that one looks at all objects when it starts.
 */
@Singleton
@IfBuildProfile("controller")
public class ReconcilerTriggers {

  public final SimpleInboundEventSource<ResourceClaim> claims =
      new SimpleInboundEventSource<>("claim-wakeups");
  public final SimpleInboundEventSource<PodSchedulingContext> schedulingContexts =
      new SimpleInboundEventSource<>("scheduling-context-wakeups");
  public final SimpleInboundEventSource<GpuAllocationState> nodes =
      new SimpleInboundEventSource<>("node-wakeups");

  private final ClusterView view;

  public ReconcilerTriggers(ClusterView view) {
    this.view = view;
  }

  public void claim(ResourceClaim claim) {
    claims.propagateEvent(ResourceID.fromResource(claim));
  }

  public void schedulingContext(ResourceID id) {
    schedulingContexts.propagateEvent(id);
  }

  public void node(GpuAllocationState node) {
    nodes.propagateEvent(ResourceID.fromResource(node));
  }

  /** Triggers everything that waits for capacity, because some node may have more than before. */
  public void waiting() {
    view.schedulingContexts.list().map(ResourceID::fromResource).forEach(this::schedulingContext);
    view.unallocatedImmediateClaims().forEach(this::claim);
  }
}
