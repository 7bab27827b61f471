package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.nodeagent.devices.AttemptFailure;
import com.intel.dra.gpu.nodeagent.devices.VfHostState;
import com.intel.dra.gpu.nodeagent.prepare.DeviceHindrance.Lasting;
import com.intel.dra.gpu.nodeagent.prepare.DeviceHindrance.Passing;
import com.intel.dra.gpu.nodeagent.state.VfHostRecord;
import java.util.Optional;

/**
 * What the agent knows of a device that a claim was given, and whether the claim can use it now.
 * Pure.
 *
 * @param present the device as it was discovered; a VF with the memory that its profile promises
 * @param hostIsHere whether the GPU that the device is, or that the VF belongs to, was discovered
 * @param state what is going on with the VFs of that GPU
 * @param made the record of the VFs that this driver made of that GPU
 */
record DeviceSituation(
    AllocatedDevice device,
    Optional<Gpu> present,
    boolean hostIsHere,
    Optional<VfHostState> state,
    Optional<VfHostRecord> made,
    String nodeName,
    String gasName) {

  /** Why the claim cannot use the device now; empty when it can. */
  Optional<DeviceHindrance> hindrance() {
    Optional<DeviceUid> host = DeviceUid.parentOf(device.uid());
    if (host.isPresent()) {
      return hindranceOfVf(host.get());
    }
    return present.isPresent() ? hindranceOfGpu() : notHere();
  }

  private Optional<DeviceHindrance> hindranceOfVf(DeviceUid gpu) {
    Optional<Gpu> usable = present.filter(_ -> made.map(VfHostRecord::verified).orElse(true));
    if (state.isEmpty()) {
      return usable.map(this::tooSmall).orElseGet(this::missing);
    }
    return switch (state.get()) {
      case VfHostState.Making making ->
          passing("VF %s is still being made%s".formatted(device.uid(), after(making.previous())));
      case VfHostState.Removing removing ->
          passing(
              "GPU %s still has VFs that are being removed%s"
                  .formatted(gpu, after(removing.previous())));
      case VfHostState.MakingFailed failed ->
          triedAgain(
              failed.failure(),
              "VF %s could not be made on node %s, which tries again: %s"
                  .formatted(device.uid(), nodeName, failed.failure().message()));
      case VfHostState.RemovalFailed failed ->
          triedAgain(
              failed.failure(),
              "VF %s cannot be made on node %s, which tries again: the GPU's earlier VFs could not be removed: %s"
                  .formatted(device.uid(), nodeName, failed.failure().message()));
      case VfHostState.Refused refused ->
          usable
              .map(this::tooSmall)
              .orElseGet(
                  () -> {
                    String message =
                        "VF %s cannot be used: %s".formatted(device.uid(), refused.reason());
                    return refused.mayPass() ? passing(message) : lasting(message);
                  });
      case VfHostState.Unknown unknown ->
          usable
              .map(this::tooSmall)
              .orElseGet(
                  () ->
                      passing(
                          "VF %s cannot be made yet: %s"
                              .formatted(device.uid(), unknown.reason())));
      // the agent decides anew as soon as the GAS lists the claim
      case VfHostState.Occupied _ -> missing();
    };
  }

  private static String after(Optional<AttemptFailure> previous) {
    return previous.map(failure -> "; the attempt before failed: " + failure.message()).orElse("");
  }

  /** The VFs of the GPU may still be there, when the claim that had them has just ended. */
  private Optional<DeviceHindrance> hindranceOfGpu() {
    if (state.isPresent() && state.get() instanceof VfHostState.RemovalFailed(var failure)) {
      return triedAgain(
          failure,
          "GPU %s cannot be used on node %s, which tries again: its VFs could not be removed: %s"
              .formatted(device.uid(), nodeName, failure.message()));
    }
    return made.isPresent() || state.filter(VfHostState::isBusy).isPresent()
        ? passing(
            "GPU %s still has VFs, which are removed when no claim uses them"
                .formatted(device.uid()))
        : Optional.empty();
  }

  private Optional<DeviceHindrance> missing() {
    return hostIsHere
        ? passing(
            "VF %s is not there yet on node %s; if that lasts, see the log of its node agent for what was discovered, and whether %s shows the claim's allocation"
                .formatted(device.uid(), nodeName, gasName))
        : notHere();
  }

  /** An administrator may have made another VF in place of the one that was planned. */
  private Optional<DeviceHindrance> tooSmall(Gpu vf) {
    return device.memory() <= vf.memoryMiB()
        ? Optional.empty()
        : lasting(
            "VF %s has %d MiB where the claim was given %d MiB; delete the claim's pods so that it is allocated anew"
                .formatted(device.uid(), vf.memoryMiB(), device.memory()));
  }

  private Optional<DeviceHindrance> notHere() {
    return lasting(
        "device %s, which the claim was given, is not on node %s: see the log of its node agent for what was discovered; bring the device back, or delete the claim's pods so that it is allocated anew"
            .formatted(device.uid(), nodeName));
  }

  private static Optional<DeviceHindrance> triedAgain(AttemptFailure failure, String message) {
    return failure.mayPassWithinSeconds() ? passing(message) : lasting(message);
  }

  private static Optional<DeviceHindrance> passing(String message) {
    return Optional.of(new Passing(message));
  }

  private static Optional<DeviceHindrance> lasting(String message) {
    return Optional.of(new Lasting(message));
  }
}
