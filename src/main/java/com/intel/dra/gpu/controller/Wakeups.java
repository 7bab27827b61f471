package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.api.GpuAllocationState;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;

/**
 * How one reconciler has objects of another looked at again; JOSDK tells none of them of this
 * process' own writes. A call before that reconciler has started goes nowhere, which is right: it
 * looks at everything when it starts.
 */
@Singleton
@IfBuildProfile("controller")
class Wakeups {

  final SimpleInboundEventSource<ResourceClaim> claims =
      new SimpleInboundEventSource<>("claim-wakeups");
  final SimpleInboundEventSource<PodSchedulingContext> schedulingContexts =
      new SimpleInboundEventSource<>("scheduling-context-wakeups");
  final SimpleInboundEventSource<GpuAllocationState> nodes =
      new SimpleInboundEventSource<>("node-wakeups");

  private final ClusterView view;

  Wakeups(ClusterView view) {
    this.view = view;
  }

  void claim(ResourceClaim claim) {
    claims.propagateEvent(ResourceID.fromResource(claim));
  }

  void schedulingContext(ResourceID id) {
    schedulingContexts.propagateEvent(id);
  }

  void node(GpuAllocationState node) {
    nodes.propagateEvent(ResourceID.fromResource(node));
  }

  /** Everything that waits for room: some node may have more than before. */
  void waiting() {
    view.schedulingContexts.list().map(ResourceID::fromResource).forEach(this::schedulingContext);
    view.unallocatedImmediateClaims().forEach(this::claim);
  }
}
