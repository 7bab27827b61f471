package com.intel.dra.gpu.allocation;

import static com.intel.dra.gpu.allocation.AllocationFixtures.gpu;
import static com.intel.dra.gpu.allocation.AllocationFixtures.gpus;
import static com.intel.dra.gpu.allocation.AllocationFixtures.holding;
import static com.intel.dra.gpu.allocation.AllocationFixtures.splittable;
import static com.intel.dra.gpu.allocation.AllocationFixtures.uid;
import static com.intel.dra.gpu.allocation.AllocationFixtures.vf;
import static com.intel.dra.gpu.allocation.AllocationFixtures.vfs;
import static com.intel.dra.gpu.allocation.Policy.BALANCED;
import static com.intel.dra.gpu.allocation.Policy.FIRST;
import static com.intel.dra.gpu.allocation.Policy.PACKED;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Refusal.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeChoiceTest {

  private static NodeInventory node(String name, Device... devices) {
    return new NodeInventory(name, List.of(devices), Map.of());
  }

  private static String chosen(List<NodeInventory> nodes, Policy policy, DeviceRequest request) {
    var reversed = new ArrayList<>(nodes);
    Collections.reverse(reversed);
    Decision decision = NodeChoice.place(nodes, List.of(request), policy, new SearchBudget());
    assertThat(NodeChoice.place(reversed, List.of(request), policy, new SearchBudget()))
        .isEqualTo(decision);
    return switch (decision) {
      case Placement placement -> placement.nodeName();
      case Refusal refusal -> refusal.toString();
    };
  }

  @Test
  void policyChoosesAmongNodesAsItDoesAmongGpusOfOneNode() {
    var nodes =
        List.of(
            node("a", gpu(0, 2000)), node("b", gpu(0, 3000), gpu(1, 900)), node("c", gpu(0, 1000)));

    assertThat(chosen(nodes, FIRST, gpus("claim", 1, 500))).isEqualTo("a");
    assertThat(chosen(nodes, BALANCED, gpus("claim", 1, 500))).isEqualTo("b");
    assertThat(chosen(nodes, PACKED, gpus("claim", 1, 500))).isEqualTo("b");
    assertThat(chosen(nodes, PACKED, gpus("claim", 1, 901))).isEqualTo("c");
  }

  @Test
  void nodeThatTheClaimIsOnAlreadyIsChosenAgain() {
    var nodes =
        List.of(
            node("a", gpu(0, 5000)),
            holding(node("b", gpu(0, 1000)), "claim", DeviceShare.of(uid(0), 500)));
    for (Policy policy : Policy.values()) {
      assertThat(chosen(nodes, policy, gpus("claim", 1, 500))).isEqualTo("b");
    }
  }

  @Test
  void existingVfIsPreferredToSplittingAGpu() {
    var nodes = List.of(node("a", splittable(0)), node("b", splittable(0), vf(0, 0, 8000)));

    assertThat(chosen(nodes, FIRST, vfs("claim", 1, 500))).isEqualTo("b");
  }

  @Test
  void smallestVfOfAllNodesIsPreferred() {
    var nodes = List.of(node("a", vf(0, 0, 4000)), node("b", vf(0, 0, 2000)));

    assertThat(chosen(nodes, FIRST, vfs("claim", 1, 500))).isEqualTo("b");
  }

  @Test
  void refusalNamesTheMostFrequentReasonAndAnExampleOfEach() {
    var nodes =
        List.of(node("c", gpu(0, 100)), node("a", gpu(0, 50)), node("b"), node("d", gpu(0, 10)));

    var refusal =
        (Refusal)
            NodeChoice.place(nodes, List.of(gpus("claim", 1, 500)), FIRST, new SearchBudget());

    assertThat(refusal.reason()).isEqualTo(Reason.NOT_ENOUGH_MEMORY);
    assertThat(refusal.message())
        .isEqualTo(
            "no node has room: 3 nodes (a: not enough memory on any GPU: asked for 500 MiB, largest"
                + " free 50 MiB), 1 node (b: the node has no GPU)");
  }

  @Test
  void noNodesAreSaidToBeNone() {
    assertThat(chosen(List.of(), FIRST, gpus("claim", 1, 0)))
        .contains("no node that is ready offers a GPU");
  }
}
