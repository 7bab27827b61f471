package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.Device;
import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.DeviceSelector;
import com.intel.dra.gpu.allocation.DeviceShare;
import com.intel.dra.gpu.allocation.NodeInventory;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.claim.ClaimRequest;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/** Between the API's texts and the values that decisions are made on. */
final class Inventories {

  private Inventories() {}

  /**
   * What the node has and who holds it. A claim that is prepared but no longer allocated still
   * holds its devices: its pod may be running. Devices whose UID is none of this driver's are left
   * out.
   */
  static NodeInventory of(GpuAllocationState node) {
    var spec = node.getSpec();
    var devices = new ArrayList<Device>(spec.allocatable().size());
    spec.allocatable()
        .forEach(
            (uid, device) ->
                DeviceUid.parse(uid)
                    .map(parsed -> new Device(parsed, device.memory(), device.maxVfs()))
                    .ifPresent(devices::add));
    var holders = new HashMap<String, List<DeviceShare>>();
    spec.prepared().forEach((claimUid, held) -> holders.put(claimUid, shares(held)));
    spec.resourceClaimAllocations()
        .forEach((claimUid, allocation) -> holders.put(claimUid, shares(allocation.gpus())));
    return new NodeInventory(node.getMetadata().getName(), devices, holders);
  }

  private static List<DeviceShare> shares(List<AllocatedDevice> devices) {
    var shares = new ArrayList<DeviceShare>(devices.size());
    for (AllocatedDevice device : devices) {
      DeviceUid.parse(device.uid())
          .map(
              uid ->
                  new DeviceShare(
                      uid,
                      Math.max(0, device.memory()),
                      device.profile().isEmpty()
                          ? Optional.empty()
                          : Optional.of(device.profile())))
          .ifPresent(shares::add);
    }
    return shares;
  }

  static List<AllocatedDevice> allocated(List<DeviceShare> shares) {
    return shares.stream()
        .map(
            share ->
                new AllocatedDevice(
                    share.memoryMiB(),
                    share.uid().parent().map(DeviceUid::toString).orElse(""),
                    share.profile().orElse(""),
                    share.type().wireName(),
                    share.uid().toString()))
        .toList();
  }

  static DeviceRequest request(String claimUid, ClaimRequest request) {
    return new DeviceRequest(
        claimUid,
        request.type(),
        request.count(),
        request.memoryMiB(),
        new DeviceSelector(
            request.selector().stream()
                .map(term -> new DeviceSelector.Term(term.type(), term.namePattern()))
                .toList()));
  }
}
