package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.gpu.api.ResourceHandle.Decoded;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.gas.GasStore;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.time.Deadline;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Prepares claims of classic DRA, whose allocation is in the resource handle and in the GAS. */
@Singleton
@Typed(ClassicPreparation.class)
public class ClassicPreparation implements DeadlinePreparer {

  private final DevicePreparation devices;
  private final PreparedClaims prepared;
  private final GasInformer gas;
  private final GasStore store;
  private final AgentConfig config;

  @Inject
  public ClassicPreparation(
      DevicePreparation devices,
      PreparedClaims prepared,
      GasInformer gas,
      GasStore store,
      AgentConfig config) {
    this.devices = devices;
    this.prepared = prepared;
    this.gas = gas;
    this.store = store;
    this.config = config;
  }

  @Override
  public PrepareResult prepare(
      ClaimReference claim, Optional<String> resourceHandle, Deadline deadline) {
    return devices.prepare(claim, () -> wanted(claim, resourceHandle), deadline);
  }

  @Override
  public UnprepareResult unprepare(ClaimReference claim) {
    return devices.unprepare(claim);
  }

  private WantedClaim wanted(ClaimReference claim, Optional<String> resourceHandle) {
    return switch (ResourceHandle.decode(resourceHandle.orElse(""))) {
      case Decoded.Invalid(String reason) ->
          new WantedClaim.Unknown(
              "%s; delete the claim's pods so that it is allocated anew".formatted(reason));
      case Decoded.Valid(ResourceHandle handle) when handle.devices().isEmpty() ->
          new WantedClaim.Unknown(
              "its resource handle names no devices; delete the claim's pods so that it is"
                  + " allocated anew");
      case Decoded.Valid(ResourceHandle handle) -> onRecord(claim, handle.devices());
      case Decoded.WithoutDevices() -> devicesInGas(claim);
    };
  }

  /**
   * A kubelet of 1.28 to 1.30 may call with the UID and handle of an earlier claim of the same
   * name, whose devices belong to another claim now. The controller writes the GAS before the
   * claim. Therefore an allocation that is neither in the informer's GAS nor in that of the API
   * server does not exist.
   */
  private WantedClaim onRecord(ClaimReference claim, List<AllocatedDevice> devices) {
    Optional<GpuAllocationState> shown = gas.current();
    if (shown.isEmpty() // nothing is known, and pods should start while the API server is away
        || areOnRecord(claim, devices, shown.get())
        || prepared
            .find(claim.uid())
            .filter(known -> known.devices().equals(devices))
            .isPresent()) {
      return given(claim, devices);
    }
    try {
      return store.get().filter(read -> areOnRecord(claim, devices, read)).isPresent()
          ? given(claim, devices)
          : new WantedClaim.Unknown(
              "%s does not list these devices for it; if that lasts, the kubelet has mistaken this claim for an earlier one of the same name: delete the claim's pods, and use another name or restart the kubelet"
                  .formatted(config.gasName()));
    } catch (KubernetesClientException e) {
      return new WantedClaim.NotKnownYet(
          "%s, which must list these devices for it, could not be read: %s"
              .formatted(config.gasName(), e.getMessage()));
    }
  }

  private static boolean areOnRecord(
      ClaimReference claim, List<AllocatedDevice> devices, GpuAllocationState gas) {
    ClaimAllocation allocation = gas.getSpec().resourceClaimAllocations().get(claim.uid());
    return allocation != null && uids(allocation.gpus()).equals(uids(devices));
  }

  private static Set<String> uids(List<AllocatedDevice> devices) {
    return devices.stream().map(AllocatedDevice::uid).collect(Collectors.toSet());
  }

  /** Claims that the Go driver allocated are in the GAS only. */
  private WantedClaim devicesInGas(ClaimReference claim) {
    return gas.current()
        .map(state -> state.getSpec().resourceClaimAllocations().get(claim.uid()))
        .map(ClaimAllocation::gpus)
        .filter(devices -> !devices.isEmpty())
        .map(devices -> given(claim, devices))
        .orElseGet(
            () ->
                new WantedClaim.NotKnownYet(
                    "neither its resource handle nor %s names its devices; if that lasts, delete the claim's pods so that it is allocated anew"
                        .formatted(config.gasName())));
  }

  private static WantedClaim given(ClaimReference claim, List<AllocatedDevice> devices) {
    return new WantedClaim.Known(new PreparedClaim(claim.namespace(), claim.name(), devices));
  }
}
