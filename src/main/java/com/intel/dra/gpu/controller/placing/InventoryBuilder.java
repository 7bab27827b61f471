package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.allocation.Device;
import com.intel.dra.gpu.allocation.DeviceRequest;
import com.intel.dra.gpu.allocation.DeviceSelector;
import com.intel.dra.gpu.allocation.DeviceShare;
import com.intel.dra.gpu.allocation.NodeInventory;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.classic.ClaimRequest;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Converts between the API's texts and the values on which decisions are made. */
public final class InventoryBuilder {

  /** More than any GPU has. A record that claims more must not lengthen the search. */
  private static final int MOST_VFS = 256;

  private InventoryBuilder() {}

  /**
   * Returns the node's devices and their holders. Devices whose UID does not have the format of
   * this driver are left out.
   */
  public static NodeInventory of(NodeState node) {
    var allocatable = node.gas().getSpec().allocatable();
    var devices = new ArrayList<Device>(allocatable.size());
    allocatable.forEach(
        (uid, device) ->
            DeviceUid.parse(uid)
                .map(
                    parsed ->
                        new Device(
                            parsed,
                            Math.max(0, device.memory()),
                            Math.clamp(device.maxVfs(), 0, MOST_VFS),
                            device.equalShares()))
                .ifPresent(devices::add));
    return new NodeInventory(
        node.name(), devices, sharesByClaim(node.given()), sharesByClaim(node.prepared()));
  }

  private static Map<String, List<DeviceShare>> sharesByClaim(
      Map<String, List<AllocatedDevice>> devices) {
    var shares = new HashMap<String, List<DeviceShare>>();
    devices.forEach((claimUid, held) -> shares.put(claimUid, shares(held)));
    return shares;
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

  public static List<AllocatedDevice> allocated(List<DeviceShare> shares) {
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

  public static DeviceRequest request(String claimUid, ClaimRequest request) {
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
