package com.intel.dra.gpu.structured;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import java.util.Optional;
import java.util.OptionalInt;

/** A device that the scheduler can have allocated to a claim on this node. */
public sealed interface PreparableDevice {

  /** The device whose nodes a container gets. */
  DeviceUid uid();

  /**
   * What the claim holds of the node, in the form of the GAS; empty for a monitor, which holds
   * nothing.
   *
   * @param charge what the scheduler charged, for a device that is shared
   */
  Optional<AllocatedDevice> held(Charge charge);

  /**
   * What the scheduler counted for a claim's share of a device.
   *
   * @param memoryMiB empty if the device is not shared
   * @param shares empty if the device is not shared by count
   */
  record Charge(Optional<Integer> memoryMiB, Optional<Integer> shares) {

    /** A device that is not shared. */
    public static final Charge NONE = new Charge(Optional.empty(), Optional.empty());
  }

  /**
   * A GPU, or a share of it.
   *
   * @param countedShares how many shares it has; empty if they are not counted
   */
  record WholeGpu(DeviceUid uid, int memoryMiB, OptionalInt countedShares)
      implements PreparableDevice {
    @Override
    public Optional<AllocatedDevice> held(Charge charge) {
      return Optional.of(
          charge
              .shares()
              .map(shares -> someOf(shares, charge))
              .orElseGet(() -> held(charge.memoryMiB().orElse(memoryMiB), 0, 0)));
    }

    /**
     * A claim with all the shares has all the memory. If the policy changed after the scheduler
     * gave the shares, their number in all is not known. It counts as the largest, which no policy
     * with fewer shares adds any to.
     */
    private AllocatedDevice someOf(int shares, Charge charge) {
      int total = countedShares.orElse(Gpu.MAX_SHARES);
      int taken = Math.clamp(shares, 1, total);
      return held(taken == total ? memoryMiB : charge.memoryMiB().orElse(0), taken, total);
    }

    private AllocatedDevice held(int mib, int shares, int total) {
      return new AllocatedDevice(mib, "", "", uid.type().wireName(), uid.toString(), shares, total);
    }
  }

  /**
   * @param profile the profile with which it is made; empty if it exists already
   */
  record Vf(DeviceUid uid, int memoryMiB, String profile) implements PreparableDevice {
    @Override
    public Optional<AllocatedDevice> held(Charge charge) {
      return Optional.of(
          new AllocatedDevice(
              memoryMiB,
              uid.parent().map(DeviceUid::toString).orElse(""),
              profile,
              uid.type().wireName(),
              uid.toString()));
    }
  }

  /** A GPU for monitoring, regardless of its users. */
  record Monitor(DeviceUid uid) implements PreparableDevice {
    @Override
    public Optional<AllocatedDevice> held(Charge charge) {
      return Optional.empty();
    }
  }
}
