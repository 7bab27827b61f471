package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.gpu.api.ResourceHandle.Decoded;
import com.intel.dra.gpu.kubelet.ClaimPreparer;
import com.intel.dra.gpu.kubelet.ClaimReference;
import com.intel.dra.gpu.kubelet.PrepareResult;
import com.intel.dra.gpu.kubelet.UnprepareResult;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Answers the kubelet from what the node has. A prepared claim is on record before the kubelet
 * hears of it; the GAS follows.
 */
@Singleton
class ClaimPreparation implements ClaimPreparer {

  /** The devices that a claim was given, or why that is not known. */
  private sealed interface Devices {
    record Given(List<AllocatedDevice> devices) implements Devices {}

    record Unknown(String reason) implements Devices {}
  }

  private final NodeDevices node;
  private final PreparedClaims prepared;
  private final GasInformer gas;
  private final AgentConfig config;

  @Inject
  ClaimPreparation(NodeDevices node, PreparedClaims prepared, GasInformer gas, AgentConfig config) {
    this.node = node;
    this.prepared = prepared;
    this.gas = gas;
    this.config = config;
  }

  @Override
  public PrepareResult prepare(ClaimReference claim, String resourceHandle) {
    return switch (devicesOf(claim, resourceHandle)) {
      case Devices.Unknown(String reason) -> new PrepareResult.Failed(reason);
      case Devices.Given(List<AllocatedDevice> devices) -> prepare(claim, devices);
    };
  }

  @Override
  public UnprepareResult unprepare(ClaimReference claim) {
    try {
      if (prepared.remove(claim.uid())) {
        gas.reconcileSoon();
      }
      return new UnprepareResult.Unprepared();
    } catch (IOException e) {
      return new UnprepareResult.Failed(unrecorded(claim, e));
    }
  }

  private PrepareResult prepare(ClaimReference claim, List<AllocatedDevice> devices) {
    Optional<AllocatedDevice> missing =
        devices.stream().filter(device -> node.find(device.uid()).isEmpty()).findFirst();
    if (missing.isPresent()) {
      return new PrepareResult.Failed(notHere(missing.get()));
    }
    try {
      prepared.put(claim.uid(), new PreparedClaim(claim.namespace(), claim.name(), devices));
    } catch (IOException e) {
      return new PrepareResult.Failed(unrecorded(claim, e));
    }
    gas.reconcileSoon();
    return new PrepareResult.Prepared(
        devices.stream().map(device -> GpuCdiDevices.KIND.qualifiedName(device.uid())).toList());
  }

  private Devices devicesOf(ClaimReference claim, String resourceHandle) {
    return switch (ResourceHandle.decode(resourceHandle)) {
      case Decoded.Invalid(String reason) ->
          new Devices.Unknown(
              "%s: %s; delete the claim's pods so that it is allocated anew"
                  .formatted(claim, reason));
      case Decoded.Valid(ResourceHandle handle) when handle.devices().isEmpty() ->
          new Devices.Unknown(
              "%s: its resource handle names no devices; delete the claim's pods so that it is allocated anew"
                  .formatted(claim));
      case Decoded.Valid(ResourceHandle handle) -> new Devices.Given(handle.devices());
      case Decoded.WithoutDevices() -> devicesInGas(claim);
    };
  }

  /** Claims that the Go driver allocated are in the GAS alone. */
  private Devices devicesInGas(ClaimReference claim) {
    return gas.current()
        .map(state -> state.getSpec().resourceClaimAllocations().get(claim.uid()))
        .map(ClaimAllocation::gpus)
        .filter(devices -> !devices.isEmpty())
        .<Devices>map(Devices.Given::new)
        .orElseGet(
            () ->
                new Devices.Unknown(
                    "%s: neither its resource handle nor %s names its devices; if that lasts, delete the claim's pods so that it is allocated anew"
                        .formatted(claim, config.gasName())));
  }

  private String notHere(AllocatedDevice device) {
    return "device %s, which the claim was given, is not on node %s: see the log of its node agent for what was discovered; bring the device back, or delete the claim's pods so that it is allocated anew"
        .formatted(device.uid(), config.nodeName());
  }

  private static String unrecorded(ClaimReference claim, IOException e) {
    return "%s could not be recorded on the node's disk, see to its space and health: %s"
        .formatted(claim, e);
  }
}
