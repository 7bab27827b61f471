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
   * @param allocations what claims were given, by claim UID; devices that the node does not have,
   *     or has no more, are tolerated
   * @param prepared what claims' containers may be using, by claim UID: as a rule the same. Where a
   *     claim was given other devices meanwhile, or none, both count as taken
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

  /** Per claim and device once, and then the larger share. */
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

  /** The node after that placement was written down. */
  public NodeInventory with(Placement placement) {
    var changed = new TreeMap<>(allocations);
    changed.putAll(placement.shares());
    return new NodeInventory(nodeName, devices.values(), changed, prepared);
  }

  /** The node without what those claims were given; what is prepared stays taken. */
  public NodeInventory without(Collection<String> claimUids) {
    var changed = new TreeMap<>(allocations);
    changed.keySet().removeAll(new ArrayList<>(claimUids));
    return new NodeInventory(nodeName, devices.values(), changed, prepared);
  }

  /** What is free; shared, so copy it before taking from it. */
  Ledger ledger() {
    return ledger;
  }

  /**
   * What the claim was given here, or what it has prepared though it was given nothing; empty when
   * it holds nothing.
   */
  List<DeviceShare> heldBy(String claimUid) {
    return allocations.getOrDefault(claimUid, prepared.getOrDefault(claimUid, List.of()));
  }
}
