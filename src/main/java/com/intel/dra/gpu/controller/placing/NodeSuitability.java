package com.intel.dra.gpu.controller.placing;

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

/** Decides whether the claims of one pod fit on a node; connects the API to the allocator. */
public final class NodeSuitability {

  private final Policy policy;
  private final InventoryCache inventories = new InventoryCache();

  public NodeSuitability(Policy policy) {
    this.policy = policy;
  }

  /** The same with a new search budget, for a caller that checks no other node. */
  public NodeAnswer judge(Optional<NodeState> node, List<DeviceRequest> requests) {
    return judge(node, requests, new SearchBudget());
  }

  /**
   * Returns whether all of the requests can be placed on the node together.
   *
   * @param node empty if there is no GpuAllocationState
   * @param budget shared by all nodes that are checked for these requests now
   */
  public NodeAnswer judge(
      Optional<NodeState> node, List<DeviceRequest> requests, SearchBudget budget) {
    if (node.isEmpty()) {
      return NodeAnswer.unknownNode();
    }
    if (!node.get().isReady()) {
      return NodeAnswer.notReady();
    }
    return switch (Allocator.place(inventories.of(node.get()), requests, policy, budget)) {
      case Placement placement -> new NodeAnswer.Suitable(placement);
      case Refusal refusal -> NodeAnswer.refused(refusal);
    };
  }

  /**
   * Chooses the best of the ready nodes for claims that wait for no pod and must be on one node.
   */
  public Decision choose(
      Collection<NodeState> nodes, List<DeviceRequest> requests, SearchBudget budget) {
    List<NodeInventory> ready =
        nodes.stream().filter(NodeState::isReady).map(inventories::of).toList();
    return NodeChoice.place(ready, requests, policy, budget);
  }
}
