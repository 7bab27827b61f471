package com.intel.dra.gpu.controller.placing;

import static com.intel.dra.gpu.classic.TestingObjects.claim;
import static com.intel.dra.gpu.classic.TestingObjects.context;
import static com.intel.dra.gpu.classic.TestingObjects.ofClaim;
import static com.intel.dra.gpu.classic.TestingObjects.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.classic.ClaimRequest;
import com.intel.dra.gpu.controller.app.FakeCluster;
import com.intel.dra.gpu.controller.app.FakeInformer;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.cluster.ReconcilerTriggers;
import com.intel.dra.gpu.device.DeviceType;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContext;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.PodSchedulingContextBuilder;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The behaviour of schedulers of 1.27 and 1.28 when a node does not suit a pod any more. */
class RejectedSelectionsTest {

  private final FakeCluster cluster = new FakeCluster();
  private final ClusterView view = new ClusterView("default");
  private final List<Runnable> alarms = new ArrayList<>();
  private final RejectedSelections rejected =
      new RejectedSelections(view, new ReconcilerTriggers(view), (_, task) -> alarms.add(task));

  private ResourceClaim claim;
  private PodSchedulingContext context;

  @BeforeEach
  void aPodForWhichNode1IsSelected() {
    claim = cluster.created(claim("c"));
    Pod pod = cluster.created(pod("p", ofClaim("gpu", "c")));
    context = cluster.created(context(pod, "node1", "node1", "node2"));
    new FakeInformer<>(cluster, Pod.class, _ -> true, view.pendingPods).sync();
    new FakeInformer<>(cluster, PodSchedulingContext.class, _ -> true, view.schedulingContexts)
        .sync();
  }

  private boolean isLeftAlone(PodSchedulingContext context) {
    var request = new ClaimRequest(DeviceType.GPU, 1, 0, List.of());
    return rejected.contains(context, List.of(new PendingClaim(claim, request)));
  }

  private PodSchedulingContext withNode(String node) {
    return new PodSchedulingContextBuilder(context)
        .editSpec()
        .withSelectedNode(node)
        .endSpec()
        .build();
  }

  @Test
  void theSelectionWithWhichTheClaimWasDeallocatedIsLeftAlone() {
    rejected.deallocating(claim, "node1");

    assertThat(isLeftAlone(context)).isTrue();
  }

  @Test
  void anotherSelectionCountsAtOnce() {
    rejected.deallocating(claim, "node1");

    assertThat(isLeftAlone(withNode("node2"))).isFalse();
  }

  @Test
  void theSameSelectionCountsAgainWhenTheSchedulerMustHaveLooked() {
    rejected.deallocating(claim, "node1");
    alarms.forEach(Runnable::run);

    assertThat(isLeftAlone(context)).isFalse();
  }

  @Test
  void aClaimThatWasElsewhereRejectsNothing() {
    rejected.deallocating(claim, "node2");

    assertThat(isLeftAlone(context)).isFalse();
    assertThat(alarms).isEmpty();
  }

  @Test
  void theContextOfALaterPodOfThatNameCounts() {
    rejected.deallocating(claim, "node1");
    PodSchedulingContext later =
        new PodSchedulingContextBuilder(context)
            .editMetadata()
            .withUid("another")
            .endMetadata()
            .build();

    assertThat(isLeftAlone(later)).isFalse();
  }
}
