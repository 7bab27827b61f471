package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.device.PciDeviceId;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Short forms of nodes, devices and requests. */
final class AllocationFixtures {

  static final PciDeviceId FLEX_170 = new PciDeviceId("0x56c0");

  /** The memory of a Flex 170 with ECC, as in the user's document. */
  static final int FLEX_170_MIB = 14248;

  private AllocationFixtures() {}

  /** The UID of the node's n-th GPU. */
  static DeviceUid uid(int n) {
    return uid(n, FLEX_170);
  }

  static DeviceUid uid(int n, PciDeviceId model) {
    return DeviceUid.gpu(new PciAddress(0, n, 0, 0), model);
  }

  static Device gpu(int n, int memoryMiB) {
    return new Device(uid(n), memoryMiB, 0);
  }

  /** A Flex 170 without ECC that can have 16 VFs. */
  static Device splittable(int n) {
    return splittable(n, 16256);
  }

  static Device splittable(int n, int memoryMiB) {
    return splittable(n, memoryMiB, 16);
  }

  static Device splittable(int n, int memoryMiB, int maxVfs) {
    return new Device(uid(n), memoryMiB, maxVfs);
  }

  static Device vf(int gpu, int index, int memoryMiB) {
    return new Device(uid(gpu).vf(index), memoryMiB, 0);
  }

  static NodeInventory node(Device... devices) {
    return new NodeInventory("node", List.of(devices), Map.of());
  }

  /** The node on which this claim, too, holds these shares. */
  static NodeInventory holding(NodeInventory node, String claimUid, DeviceShare... shares) {
    return node.with(new Placement(node.nodeName(), Map.of(claimUid, List.of(shares))));
  }

  static DeviceRequest gpus(String claimUid, int count, int memoryMiB) {
    return new DeviceRequest(
        claimUid, DeviceType.GPU, count, memoryMiB, DeviceSelector.EVERY_DEVICE);
  }

  static DeviceRequest vfs(String claimUid, int count, int memoryMiB) {
    return new DeviceRequest(
        claimUid, DeviceType.VF, count, memoryMiB, DeviceSelector.EVERY_DEVICE);
  }

  static DeviceRequest from(DeviceRequest request, DeviceSelector.Term... terms) {
    return new DeviceRequest(
        request.claimUid(),
        request.type(),
        request.count(),
        request.memoryMiB(),
        new DeviceSelector(List.of(terms)));
  }

  static Placement placed(NodeInventory node, Policy policy, DeviceRequest... requests) {
    return switch (Allocator.place(node, List.of(requests), policy, new SearchBudget())) {
      case Placement placement -> placement;
      case Refusal refusal -> throw new AssertionError("refused: " + refusal);
    };
  }

  static Refusal refused(NodeInventory node, DeviceRequest... requests) {
    return switch (Allocator.place(node, List.of(requests), Policy.FIRST, new SearchBudget())) {
      case Placement placement -> throw new AssertionError("placed: " + placement);
      case Refusal refusal -> refusal;
    };
  }

  /** The UIDs of the devices that the claim holds. */
  static List<DeviceUid> devices(Placement placement, String claimUid) {
    return uids(placement.shares().getOrDefault(claimUid, List.of()));
  }

  static List<DeviceUid> uids(Collection<DeviceShare> shares) {
    return shares.stream().map(DeviceShare::uid).toList();
  }

  static List<DeviceUid> uids(int... gpus) {
    return Arrays.stream(gpus).mapToObj(AllocationFixtures::uid).toList();
  }
}
