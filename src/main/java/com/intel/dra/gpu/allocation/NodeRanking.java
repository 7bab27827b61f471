package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.DeviceUid;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/**
 * How good a node is for a claim that may go to any: the better one comes first. Where there is no
 * scheduler to weigh nodes, claims are spread: first a node where the claim meets the fewest others
 * on its devices, then one where most memory stays free on the fullest of its devices.
 */
public record NodeRanking(int otherClaims, long leastFreeMemoryMiB)
    implements Comparable<NodeRanking> {

  private static final Comparator<NodeRanking> ORDER =
      Comparator.comparingInt(NodeRanking::otherClaims)
          .thenComparing(NodeRanking::leastFreeMemoryMiB, Comparator.reverseOrder());

  /**
   * @param node as it was when the placement was found
   */
  public static NodeRanking of(NodeInventory node, Placement placement) {
    var chosen = new HashSet<DeviceUid>();
    placement.shares().values().forEach(held -> held.forEach(share -> chosen.add(share.uid())));
    NodeInventory after = node.with(placement);
    int others = 0;
    for (var entry : node.allocations().entrySet()) {
      if (!placement.shares().containsKey(entry.getKey())
          && entry.getValue().stream().anyMatch(share -> chosen.contains(share.uid()))) {
        others++;
      }
    }
    long leastFree = Long.MAX_VALUE;
    for (DeviceUid uid : chosen) {
      leastFree = Math.min(leastFree, freeMemoryMiB(after, uid));
    }
    return new NodeRanking(others, leastFree);
  }

  private static long freeMemoryMiB(NodeInventory node, DeviceUid uid) {
    Device device = node.devices().get(uid);
    long free = device == null ? 0 : device.memoryMiB();
    for (List<DeviceShare> held : node.allocations().values()) {
      for (DeviceShare share : held) {
        if (share.uid().equals(uid)) {
          free -= share.memoryMiB();
        }
      }
    }
    return free;
  }

  @Override
  public int compareTo(NodeRanking other) {
    return ORDER.compare(this, other);
  }
}
