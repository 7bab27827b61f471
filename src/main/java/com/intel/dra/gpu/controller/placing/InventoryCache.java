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
 * Caches the inventory of each node until something about the node changes. Waiting pods have many
 * nodes checked again and again, and most of these nodes have not changed.
 *
 * <p>It is only a cache: the answer is always that of {@link InventoryBuilder#of}. Safe for use by
 * several threads.
 */
final class InventoryCache {

  /**
   * If there are more nodes, those used last are kept. An entry for a node with 136 devices takes
   * some 50 KiB, and nothing reports nodes that are gone.
   */
  static final int MOST_NODES = 1024;

  /**
   * @param gas compared by identity, because every cache here replaces the object when the record
   *     changes; weak, because a replaced object is of no use
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
