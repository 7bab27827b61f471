package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.allocation.NodeInventory;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is free on the nodes, each looked up once and not again until something about the node
 * changes: pods that wait have many nodes judged time and again, of which most are as they were.
 *
 * <p>A memory alone: the answer is what {@link InventoryBuilder#of} would say. Safe for use by
 * several threads.
 */
final class InventoryCache {

  /**
   * With more nodes, those judged last. What is kept of one with 136 devices takes some 50 KiB, and
   * nobody tells of nodes that are gone.
   */
  static final int MOST_NODES = 1024;

  /**
   * @param gas the very object: a record that has changed is another one, in every cache here.
   *     Weak, for one that was replaced is of no use
   */
  private record Known(
      WeakReference<GpuAllocationState> gas,
      Map<String, List<AllocatedDevice>> given,
      NodeInventory inventory) {

    boolean isOf(NodeState node) {
      return gas.refersTo(node.gas()) && given.equals(node.given());
    }
  }

  private final Map<String, Known> byNode =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MOST_NODES;
        }
      };

  NodeInventory of(NodeState node) {
    Known known = known(node.name());
    if (known != null && known.isOf(node)) {
      return known.inventory();
    }
    NodeInventory inventory = InventoryBuilder.of(node);
    remember(node, inventory);
    return inventory;
  }

  private synchronized @Nullable Known known(String node) {
    return byNode.get(node);
  }

  private synchronized void remember(NodeState node, NodeInventory inventory) {
    byNode.put(node.name(), new Known(new WeakReference<>(node.gas()), node.given(), inventory));
  }
}
