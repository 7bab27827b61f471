package com.intel.dra.gpu.structured;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.Optional;

/** A device that the scheduler can have allocated to a claim on this node. */
public sealed interface PreparableDevice {

  /** The device whose nodes a container gets. */
  DeviceUid uid();

  /**
   * What the claim holds of the node, in the form of the GAS; empty for a monitor, which holds
   * nothing.
   *
   * @param shareMiB the memory that the scheduler charged, for a device that is shared
   */
  Optional<AllocatedDevice> held(Optional<Integer> shareMiB);

  /** A GPU, or a share of it. */
  record WholeGpu(DeviceUid uid, int memoryMiB) implements PreparableDevice {
    @Override
    public Optional<AllocatedDevice> held(Optional<Integer> shareMiB) {
      return Optional.of(
          new AllocatedDevice(
              shareMiB.orElse(memoryMiB), "", "", uid.type().wireName(), uid.toString()));
    }
  }

  /**
   * @param profile the profile with which it is made; empty if it exists already
   */
  record Vf(DeviceUid uid, int memoryMiB, String profile) implements PreparableDevice {
    @Override
    public Optional<AllocatedDevice> held(Optional<Integer> shareMiB) {
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
    public Optional<AllocatedDevice> held(Optional<Integer> shareMiB) {
      return Optional.empty();
    }
  }
}
