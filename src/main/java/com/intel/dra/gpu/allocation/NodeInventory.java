package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.DeviceUid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A node's devices and what claims hold of them. Immutable. What is free is computed once, here, so
 * that one inventory can be asked for many pods.
 */
public final class NodeInventory {

  private final String nodeName;
  private final SortedMap<DeviceUid, Device> devices;
  private final SortedMap<String, List<DeviceShare>> allocations;
  private final Ledger ledger;

  /**
   * @param devices in any order; of two with one UID the later counts
   * @param allocations what claims hold, by claim UID; devices that the node does not have, or has
   *     no more, are tolerated
   */
  public NodeInventory(
      String nodeName,
      Collection<Device> devices,
      Map<String, ? extends Collection<DeviceShare>> allocations) {
    var byUid = new TreeMap<DeviceUid, Device>();
    devices.forEach(device -> byUid.put(device.uid(), device));
    var byClaim = new TreeMap<String, List<DeviceShare>>();
    allocations.forEach((claimUid, shares) -> byClaim.put(claimUid, List.copyOf(shares)));
    this.nodeName = nodeName;
    this.devices = Collections.unmodifiableSortedMap(byUid);
    this.allocations = Collections.unmodifiableSortedMap(byClaim);
    this.ledger = Ledger.of(byUid.values(), byClaim.values());
  }

  public String nodeName() {
    return nodeName;
  }

  public SortedMap<DeviceUid, Device> devices() {
    return devices;
  }

  public SortedMap<String, List<DeviceShare>> allocations() {
    return allocations;
  }

  /** The node after that placement was written down. */
  public NodeInventory with(Placement placement) {
    var changed = new TreeMap<>(allocations);
    changed.putAll(placement.shares());
    return new NodeInventory(nodeName, devices.values(), changed);
  }

  /** The node without what those claims hold. */
  public NodeInventory without(Collection<String> claimUids) {
    var changed = new TreeMap<>(allocations);
    changed.keySet().removeAll(new ArrayList<>(claimUids));
    return new NodeInventory(nodeName, devices.values(), changed);
  }

  /** What is free; shared, so copy it before taking from it. */
  Ledger ledger() {
    return ledger;
  }

  /** What the claim holds here; empty when it holds nothing. */
  List<DeviceShare> heldBy(String claimUid) {
    return allocations.getOrDefault(claimUid, List.of());
  }
}
