package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.classic.SchedulingStatuses;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import com.intel.dra.kit.time.TaskTimer;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContextSpec;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Selected nodes that the scheduler has given up without clearing the selection. When a node stops
 * suiting a pod for a reason of the scheduler's own, schedulers of 1.27 and 1.28 request the
 * deallocation of the pod's claim and leave the node selected until they schedule the pod again
 * (1.30 clears the selection first). If the claim were allocated there at once, they would request
 * its deallocation again, forever.
 *
 * <p>Such a selection is ignored until it changes, or until the scheduler must have looked at the
 * pod again. Losing this at a restart costs one more round.
 */
@Singleton
@IfBuildProfile("controller")
public class RejectedSelections {

  /** The scheduler looks at a pod again after 10 s at most. */
  private static final Duration UNTIL_THE_SCHEDULER_LOOKED = Duration.ofSeconds(12);

  private record Selection(String claimUid, String contextUid) {}

  private final ClusterView view;
  private final ReconcilerTriggers triggers;
  private final TaskTimer timer;
  private final Map<Selection, PodSchedulingContextSpec> rejected = new ConcurrentHashMap<>();

  public RejectedSelections(ClusterView view, ReconcilerTriggers triggers, TaskTimer timer) {
    this.view = view;
    this.triggers = triggers;
    this.timer = timer;
  }

  /** To be called before a claim whose deallocation was requested can be allocated again. */
  public void deallocating(ResourceClaim claim, String node) {
    for (ResourceID id : view.schedulingContextsConcerning(claim)) {
      view.schedulingContexts
          .get(id)
          .filter(
              context -> SchedulingStatuses.selectedNode(context).filter(node::equals).isPresent())
          .ifPresent(context -> leaveAlone(claim, id, context));
    }
  }

  private void leaveAlone(ResourceClaim claim, ResourceID id, PodSchedulingContext context) {
    var selection = new Selection(Claims.uid(claim), context.getMetadata().getUid());
    PodSchedulingContextSpec spec = context.getSpec();
    rejected.put(selection, spec);
    timer.after(
        UNTIL_THE_SCHEDULER_LOOKED,
        () -> {
          rejected.remove(selection, spec);
          triggers.schedulingContext(id);
        });
  }

  /**
   * Returns whether the context still has the selection with which one of the claims was
   * deallocated.
   */
  public boolean contains(PodSchedulingContext context, Collection<PendingClaim> claims) {
    return claims.stream()
        .map(claim -> new Selection(claim.uid(), context.getMetadata().getUid()))
        .anyMatch(selection -> context.getSpec().equals(rejected.get(selection)));
  }
}
