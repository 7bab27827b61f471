package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.Allocator;
import com.intel.dra.gpu.allocation.Decision;
import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.NodeChoice;
import com.intel.dra.gpu.allocation.NodeInventory;
import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Policy;
import com.intel.dra.gpu.allocation.Refusal;
import com.intel.dra.gpu.allocation.SearchBudget;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Judges one node for the claims of one pod: the border between the API and the allocator. */
final class Judge {

  private final Policy policy;
  private final Stock stock = new Stock();

  Judge(Policy policy) {
    this.policy = policy;
  }

  /** As the other, where no other node is judged. */
  NodeAnswer judge(Optional<NodeState> node, List<DeviceRequest> requests) {
    return judge(node, requests, new SearchBudget());
  }

  /**
   * Whether all of the requests can be placed there together.
   *
   * @param node empty where there is no GpuAllocationState
   * @param budget of all nodes that are judged for these requests now
   */
  NodeAnswer judge(Optional<NodeState> node, List<DeviceRequest> requests, SearchBudget budget) {
    if (node.isEmpty()) {
      return NodeAnswer.unknownNode();
    }
    if (!node.get().isReady()) {
      return NodeAnswer.notReady();
    }
    return switch (Allocator.place(stock.of(node.get()), requests, policy, budget)) {
      case Placement placement -> new NodeAnswer.Suitable(placement);
      case Refusal refusal -> NodeAnswer.refused(refusal);
    };
  }

  /** As the other, where nothing was asked before. */
  Decision choose(Collection<NodeState> nodes, List<DeviceRequest> requests) {
    return choose(nodes, requests, new SearchBudget());
  }

  /** The best of the ready nodes for claims that wait for no pod and have to be together. */
  Decision choose(Collection<NodeState> nodes, List<DeviceRequest> requests, SearchBudget budget) {
    List<NodeInventory> ready = nodes.stream().filter(NodeState::isReady).map(stock::of).toList();
    return NodeChoice.place(ready, requests, policy, budget);
  }
}
