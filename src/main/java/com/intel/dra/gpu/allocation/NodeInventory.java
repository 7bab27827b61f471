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
 * A node's devices and what claims hold of them. Immutable. The free devices are computed once,
 * here, so that one inventory can be used for many pods.
 */
public final class NodeInventory {

  private final String nodeName;
  private final SortedMap<DeviceUid, Device> devices;
  private final SortedMap<String, List<DeviceShare>> allocations;
  private final SortedMap<String, List<DeviceShare>> prepared;
  private final Ledger ledger;

  /** A node on which nothing is prepared. */
  public NodeInventory(
      String nodeName,
      Collection<Device> devices,
      Map<String, ? extends Collection<DeviceShare>> allocations) {
    this(nodeName, devices, allocations, Map.of());
  }

  /**
   * @param devices in any order; of two with one UID the later counts
   * @param allocations what claims have been allocated, by claim UID; devices that the node does
   *     not have, or no longer has, are tolerated
   * @param prepared what claims' containers may be using, by claim UID: usually the same. If a
   *     claim has been allocated other devices meanwhile, or none, both count as taken
   */
  public NodeInventory(
      String nodeName,
      Collection<Device> devices,
      Map<String, ? extends Collection<DeviceShare>> allocations,
      Map<String, ? extends Collection<DeviceShare>> prepared) {
    var byUid = new TreeMap<DeviceUid, Device>();
    devices.forEach(device -> byUid.put(device.uid(), device));
    this.nodeName = nodeName;
    this.devices = Collections.unmodifiableSortedMap(byUid);
    this.allocations = sorted(allocations);
    this.prepared = sorted(prepared);
    this.ledger = Ledger.of(byUid.values(), taken(this.allocations, this.prepared));
  }

  private static SortedMap<String, List<DeviceShare>> sorted(
      Map<String, ? extends Collection<DeviceShare>> shares) {
    var byClaim = new TreeMap<String, List<DeviceShare>>();
    shares.forEach((claimUid, held) -> byClaim.put(claimUid, List.copyOf(held)));
    return Collections.unmodifiableSortedMap(byClaim);
  }

  /** Counts each device of a claim once, with the larger share. */
  private static Collection<List<DeviceShare>> taken(
      Map<String, List<DeviceShare>> allocations, Map<String, List<DeviceShare>> prepared) {
    var byClaim = new TreeMap<>(allocations);
    prepared.forEach((claimUid, held) -> byClaim.merge(claimUid, held, NodeInventory::union));
    return byClaim.values();
  }

  private static List<DeviceShare> union(List<DeviceShare> given, List<DeviceShare> inUse) {
    if (given.equals(inUse)) {
      return given;
    }
    var byDevice = new TreeMap<DeviceUid, DeviceShare>();
    given.forEach(share -> byDevice.put(share.uid(), share));
    inUse.forEach(
        share ->
            byDevice.merge(
                share.uid(),
                share,
                (known, other) -> other.memoryMiB() > known.memoryMiB() ? other : known));
    return List.copyOf(byDevice.values());
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

  /** The node after this placement was recorded. */
  public NodeInventory with(Placement placement) {
    var changed = new TreeMap<>(allocations);
    changed.putAll(placement.shares());
    return new NodeInventory(nodeName, devices.values(), changed, prepared);
  }

  /** The node without the allocations of these claims; what is prepared stays taken. */
  public NodeInventory without(Collection<String> claimUids) {
    var changed = new TreeMap<>(allocations);
    changed.keySet().removeAll(new ArrayList<>(claimUids));
    return new NodeInventory(nodeName, devices.values(), changed, prepared);
  }

  /** The free devices. The ledger is shared, so copy it before allocating from it. */
  Ledger ledger() {
    return ledger;
  }

  /**
   * What the claim has been allocated here, or what it has prepared without an allocation; empty if
   * it holds nothing.
   */
  List<DeviceShare> heldBy(String claimUid) {
    return allocations.getOrDefault(claimUid, prepared.getOrDefault(claimUid, List.of()));
  }
}
