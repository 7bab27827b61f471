package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.nodeagent.devices.DeviceLock;
import com.intel.dra.gpu.nodeagent.devices.DeviceLock.Attempt;
import com.intel.dra.gpu.nodeagent.gas.GasInformer;
import com.intel.dra.gpu.nodeagent.prepare.ClaimRecorder.Recording;
import com.intel.dra.gpu.nodeagent.prepare.ClaimRecorder.Removal;
import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.kit.kubelet.api.ClaimReference;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import com.intel.dra.kit.time.Deadline;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gives a claim the node's devices, whichever mode allocated them. It waits for VFs that are being
 * made or removed and for devices of claims whose containers are ending. It records the claim
 * before the kubelet is answered, and has the GAS written afterwards.
 */
@Singleton
public class DevicePreparation {

  private final ClaimRecorder recorder;
  private final DeviceLock lock;
  private final GasInformer gas;

  @Inject
  public DevicePreparation(ClaimRecorder recorder, DeviceLock lock, GasInformer gas) {
    this.recorder = recorder;
    this.lock = lock;
    this.gas = gas;
  }

  /**
   * Prepares the claim. It waits for what ends by itself, as long as the call has time, because the
   * kubelet calls again only after a minute or more. If the time is too short, the next call goes
   * on.
   *
   * @param look what the claim is to be recorded with; called without a lock, and again after each
   *     wait, because the claim may have changed by then
   */
  PrepareResult prepare(ClaimReference claim, Supplier<WantedClaim> look, Deadline deadline) {
    while (true) {
      Duration before = deadline.left();
      switch (look.get()) {
        case WantedClaim.Unknown(String reason) -> {
          return failed(claim, reason);
        }
        case WantedClaim.NotKnownYet(String reason) -> {
          Duration left = deadline.left();
          Duration took = before.minus(left);
          if (left.compareTo(took) <= 0) {
            return failed(claim, reason); // another look would end after the deadline
          }
          lock.awaitChange(deadline);
        }
        case WantedClaim.Known(PreparedClaim wanted) -> {
          Optional<PrepareResult> result = attempt(claim, wanted, deadline);
          if (result.isPresent()) {
            return result.get();
          }
        }
      }
    }
  }

  /**
   * Records the claim, or waits until nothing hinders it any more.
   *
   * @return empty after a wait with success: the claim is to be looked at again
   */
  private Optional<PrepareResult> attempt(
      ClaimReference claim, PreparedClaim wanted, Deadline deadline) {
    return switch (recorder.record(claim, wanted)) {
      case Recording.Recorded(PrepareResult.Prepared answer) -> {
        showInGas(wanted);
        yield Optional.of(answer);
      }
      case Recording.Failed(String message) -> Optional.of(new PrepareResult.Failed(message));
      case Recording.Hindered(DeviceHindrance.Lasting(String message)) ->
          Optional.of(new PrepareResult.Failed(message));
      case Recording.Hindered(DeviceHindrance.Passing _) -> {
        // VFs that are in the way are removed when the GAS is reconciled
        gas.reconcileSoon();
        yield awaitDevices(claim, wanted, deadline);
      }
    };
  }

  private static PrepareResult failed(ClaimReference claim, String reason) {
    return new PrepareResult.Failed("%s: %s".formatted(claim, reason));
  }

  /**
   * Has the GAS written. VFs are made and removed by what the GAS says, so a claim with VFs has it
   * written at once; for other claims the GAS is written once for all that come and go together.
   */
  private void showInGas(PreparedClaim claim) {
    if (claim.devices().stream().anyMatch(DevicePreparation::isVf)) {
      gas.reconcileSoon();
    } else {
      gas.reconcileInAWhile();
    }
  }

  private static boolean isVf(AllocatedDevice device) {
    return device.type().equals(DeviceType.VF.wireName());
  }

  private Optional<PrepareResult> awaitDevices(
      ClaimReference claim, PreparedClaim wanted, Deadline deadline) {
    return lock.untilFinal(deadline, () -> waited(recorder.hindrance(claim, wanted)));
  }

  private static Attempt<Optional<PrepareResult>> waited(Optional<DeviceHindrance> hindrance) {
    Optional<PrepareResult> result =
        hindrance.map(found -> new PrepareResult.Failed(found.message()));
    return hindrance.filter(DeviceHindrance.Passing.class::isInstance).isPresent()
        ? new Attempt.NotYet<>(result)
        : new Attempt.Final<>(result);
  }

  UnprepareResult unprepare(ClaimReference claim) {
    return switch (recorder.remove(claim)) {
      case Removal.Removed(PreparedClaim removed) -> {
        lock.signalChange();
        showInGas(removed);
        yield new UnprepareResult.Unprepared();
      }
      case Removal.NotRecorded _ -> {
        // the GAS may still list the claim: a write that failed at its end may have removed the
        // record
        gas.reconcileInAWhile();
        yield new UnprepareResult.Unprepared();
      }
      case Removal.Failed(String message) -> new UnprepareResult.Failed(message);
    };
  }
}
