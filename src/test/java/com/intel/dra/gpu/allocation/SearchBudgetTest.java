package com.intel.dra.gpu.allocation;

import static com.intel.dra.gpu.allocation.AllocationFixtures.gpu;
import static com.intel.dra.gpu.allocation.AllocationFixtures.gpus;
import static org.assertj.core.api.Assertions.assertThat;

import com.intel.dra.gpu.allocation.Refusal.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The work for one pod is bounded, however many nodes are asked about it. */
class SearchBudgetTest {

  private static final int GPUS = 8;
  private static final int NODES = 1000;

  /**
   * As many claims as one pod may have. 8 of them fill 8 different GPUs in 8! ways, and in each of
   * them too little is left for the others.
   */
  private static List<DeviceRequest> hardRequests() {
    var requests = new ArrayList<DeviceRequest>();
    for (int i = 0; i < GPUS; i++) {
      requests.add(gpus("large" + i, 1, 600_000 + i));
    }
    while (requests.size() < Allocator.MAX_REQUESTS - 1) {
      requests.add(gpus("small" + requests.size(), 1, 1));
    }
    requests.add(gpus("last", 1, 420_000));
    return requests;
  }

  /** GPUs alike in nothing. */
  private static NodeInventory node(int number, int memoryMiB) {
    var devices = new ArrayList<Device>();
    for (int gpu = 0; gpu < GPUS; gpu++) {
      devices.add(gpu(gpu, memoryMiB + 1000 * gpu));
    }
    return new NodeInventory("node%04d".formatted(number), devices, Map.of());
  }

  @Test
  void aPodThatIsHardToPlaceCostsABoundedNumberOfAttemptsOnAThousandNodes() {
    List<DeviceRequest> requests = hardRequests();
    var budget = new SearchBudget();
    Set<String> messages = new TreeSet<>();
    for (int number = 0; number < NODES; number++) {
      if (!(Allocator.place(node(number, 1_000_000), requests, Policy.BALANCED, budget)
          instanceof Refusal refusal)) {
        throw new AssertionError("there is no way");
      }
      assertThat(refusal.reason()).isEqualTo(Reason.TOO_MANY_COMBINATIONS);
      messages.add(refusal.message());
    }

    assertThat(budget.taken())
        .isGreaterThan(SearchBudget.SHARED_STEPS)
        .isLessThanOrEqualTo(SearchBudget.SHARED_STEPS + (long) NODES * 2 * Allocator.MAX_REQUESTS);
    assertThat(messages)
        .containsExactly(
            "gave up after 10000 attempts to fit all 128 claims of the pod together",
            "gave up after 100000 attempts on all nodes together to fit all 128 claims of the pod"
                + " together");
  }

  @Test
  void aNodeOnWhichItIsSimpleSuitsHoweverHardOthersWere() {
    List<DeviceRequest> requests = hardRequests();
    var nodes = new ArrayList<NodeInventory>();
    for (int number = 0; number < 100; number++) {
      nodes.add(node(number, 1_000_000));
    }
    nodes.add(node(100, 2_000_000));

    assertThat(NodeChoice.place(nodes, requests, Policy.BALANCED, new SearchBudget()))
        .isInstanceOfSatisfying(
            Placement.class, placement -> assertThat(placement.nodeName()).isEqualTo("node0100"));
  }
}
