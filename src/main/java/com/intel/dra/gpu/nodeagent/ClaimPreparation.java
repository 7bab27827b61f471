package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.api.ResourceHandle;
import com.intel.dra.gpu.api.ResourceHandle.Decoded;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.kubelet.ClaimPreparer;
import com.intel.dra.gpu.kubelet.ClaimReference;
import com.intel.dra.gpu.kubelet.PrepareResult;
import com.intel.dra.gpu.kubelet.UnprepareResult;
import com.intel.dra.gpu.nodeagent.VfHosts.Attempt;
import io.fabric8.kubernetes.client.KubernetesClientException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
  private final VfHosts hosts;
  private final VfHostRecords records;
  private final GasInformer gas;
  private final GasStore store;
  private final AgentConfig config;

  @Inject
  ClaimPreparation(
      NodeDevices node,
      PreparedClaims prepared,
      VfHosts hosts,
      VfHostRecords records,
      GasInformer gas,
      GasStore store,
      AgentConfig config) {
    this.node = node;
    this.prepared = prepared;
    this.hosts = hosts;
    this.records = records;
    this.gas = gas;
    this.store = store;
    this.config = config;
  }

  @Override
  public PrepareResult prepare(ClaimReference claim, String resourceHandle) {
    return switch (devicesOf(claim, resourceHandle)) {
      case Devices.Unknown(String reason) -> new PrepareResult.Failed(reason);
      case Devices.Given(List<AllocatedDevice> devices) -> prepare(claim, resourceHandle, devices);
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

  /** Waits for VFs that are being made; when it has waited too long, the next call goes on. */
  private PrepareResult prepare(
      ClaimReference claim, String resourceHandle, List<AllocatedDevice> devices) {
    var hasWaited = new AtomicBoolean();
    PrepareResult result =
        hosts.untilFinal(
            config.prepareWait(),
            () ->
                devices.stream()
                    .map(this::hindrance)
                    .flatMap(Optional::stream)
                    .findFirst()
                    .map(
                        hindrance -> {
                          hasWaited.set(true);
                          return hindrance;
                        })
                    .orElseGet(
                        () ->
                            new Attempt.Final<>(
                                hasWaited.get()
                                    ? recordIfStillGiven(claim, resourceHandle, devices)
                                    : record(claim, devices))));
    if (result instanceof PrepareResult.Prepared) {
      gas.reconcileSoon();
    }
    return result;
  }

  /** The claim may have been deallocated, and its devices given to another, during the wait. */
  private PrepareResult recordIfStillGiven(
      ClaimReference claim, String resourceHandle, List<AllocatedDevice> devices) {
    return switch (devicesOf(claim, resourceHandle)) {
      case Devices.Unknown(String reason) -> new PrepareResult.Failed(reason);
      case Devices.Given(List<AllocatedDevice> still) when still.equals(devices) ->
          record(claim, devices);
      case Devices.Given _ ->
          new PrepareResult.Failed(
              "%s: its devices were changed while it waited for them; the next call goes on"
                  .formatted(claim));
    };
  }

  private PrepareResult record(ClaimReference claim, List<AllocatedDevice> devices) {
    try {
      prepared.put(
          claim.uid(),
          new PreparedClaim(claim.namespace(), claim.name(), withThoseInUse(claim, devices)));
    } catch (IOException e) {
      return new PrepareResult.Failed(unrecorded(claim, e));
    }
    return new PrepareResult.Prepared(
        devices.stream().map(device -> GpuCdiDevices.KIND.qualifiedName(device.uid())).toList());
  }

  /**
   * A kubelet that lost its own record prepares a claim again that was given other devices
   * meanwhile: containers may be using the former ones until it unprepares the claim.
   */
  private List<AllocatedDevice> withThoseInUse(
      ClaimReference claim, List<AllocatedDevice> devices) {
    Set<String> given = uids(devices);
    return Stream.concat(
            devices.stream(),
            prepared.find(claim.uid()).stream()
                .flatMap(known -> known.devices().stream())
                .filter(device -> !given.contains(device.uid())))
        .toList();
  }

  /** Why a device cannot be used now; empty when it can. */
  private Optional<Attempt<PrepareResult>> hindrance(AllocatedDevice device) {
    Optional<Gpu> present = node.find(device.uid());
    Optional<DeviceUid> host = DeviceUid.parse(device.uid()).flatMap(DeviceUid::parent);
    if (host.isEmpty()) {
      return present.isPresent() ? Optional.empty() : failed(notHere(device));
    }
    DeviceUid gpu = host.get();
    Optional<VfHostState> state = hosts.state(gpu);
    boolean unverified = records.find(gpu).filter(made -> !made.verified()).isPresent();
    Optional<Gpu> usable = present.filter(vf -> !unverified);
    if (state.isEmpty()) {
      return usable.map(vf -> tooSmall(device, vf)).orElseGet(() -> missing(device, gpu));
    }
    return switch (state.get()) {
      case VfHostState.Making making -> notYet("VF %s is still being made".formatted(device.uid()));
      case VfHostState.Removing removing ->
          notYet("GPU %s still has VFs that are being removed".formatted(gpu));
      case VfHostState.MakingFailed(var failure, var profile, var held, var left) ->
          failed(
              "VF %s could not be made on node %s, which tries again: %s"
                  .formatted(device.uid(), config.nodeName(), failure.message()));
      case VfHostState.RemovalFailed(var failure) ->
          failed(
              "VF %s cannot be made on node %s, which tries again: the VFs before it could not be removed: %s"
                  .formatted(device.uid(), config.nodeName(), failure.message()));
      case VfHostState.Refused(String reason) ->
          usable
              .map(vf -> tooSmall(device, vf))
              .orElseGet(() -> failed("VF %s cannot be used: %s".formatted(device.uid(), reason)));
      case VfHostState.Unknown(String reason) ->
          usable
              .map(vf -> tooSmall(device, vf))
              .orElseGet(
                  () -> failed("VF %s cannot be made yet: %s".formatted(device.uid(), reason)));
      // decided anew as soon as the GAS tells of the claim
      case VfHostState.Occupied occupied -> missing(device, gpu);
    };
  }

  private Optional<Attempt<PrepareResult>> missing(AllocatedDevice device, DeviceUid gpu) {
    return node.find(gpu.toString()).isEmpty()
        ? failed(notHere(device))
        : notYet(
            "VF %s is not there yet on node %s; if that lasts, see the log of its node agent for what was discovered, and whether %s shows the claim's allocation"
                .formatted(device.uid(), config.nodeName(), config.gasName()));
  }

  /** A VF that somebody else made in place of the one that was planned. */
  private Optional<Attempt<PrepareResult>> tooSmall(AllocatedDevice device, Gpu vf) {
    int memoryMiB = records.memoryMiB(vf);
    return device.memory() <= memoryMiB
        ? Optional.empty()
        : failed(
            "VF %s has %d MiB where the claim was given %d MiB; delete the claim's pods so that it is allocated anew"
                .formatted(device.uid(), memoryMiB, device.memory()));
  }

  private static Optional<Attempt<PrepareResult>> failed(String message) {
    return Optional.of(new Attempt.Final<>(new PrepareResult.Failed(message)));
  }

  private static Optional<Attempt<PrepareResult>> notYet(String message) {
    return Optional.of(new Attempt.NotYet<>(new PrepareResult.Failed(message)));
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
      case Decoded.Valid(ResourceHandle handle) -> onRecord(claim, handle.devices());
      case Decoded.WithoutDevices() -> devicesInGas(claim);
    };
  }

  /**
   * Kubelets of 1.28 to 1.30 may call with the UID and handle of an earlier claim of the same name,
   * whose devices are another's now. The controller writes the GAS before the claim, so what is
   * neither in the GAS that the informer shows nor in that of the API server is no allocation.
   */
  private Devices onRecord(ClaimReference claim, List<AllocatedDevice> devices) {
    Optional<GpuAllocationState> shown = gas.current();
    if (shown.isEmpty() // nothing is known, and pods should start while the API server is away
        || areOnRecord(claim, devices, shown.get())
        || prepared
            .find(claim.uid())
            .filter(known -> known.devices().equals(devices))
            .isPresent()) {
      return new Devices.Given(devices);
    }
    try {
      return store.get().filter(read -> areOnRecord(claim, devices, read)).isPresent()
          ? new Devices.Given(devices)
          : new Devices.Unknown(
              "%s: %s does not say that it was given these devices; if that lasts, the kubelet took it for an earlier claim of the same name: delete its pods, and use another name or restart the kubelet"
                  .formatted(claim, config.gasName()));
    } catch (KubernetesClientException e) {
      return new Devices.Unknown(
          "%s: whether %s says that it was given these devices could not be read: %s"
              .formatted(claim, config.gasName(), e.getMessage()));
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
