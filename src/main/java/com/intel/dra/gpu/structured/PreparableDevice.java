package com.intel.dra.gpu.structured;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.Optional;

/** What the scheduler can have given to a claim on this node. */
public sealed interface PreparableDevice {

  /** The device whose nodes a container gets. */
  DeviceUid uid();

  /**
   * What the claim holds of the node, as the GAS says it; empty when it only looks on.
   *
   * @param shareMiB what the scheduler charged, of a device that is shared
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
   * @param profile how it is made; empty when it is there already
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

  /** A GPU beside all that use it. */
  record Monitor(DeviceUid uid) implements PreparableDevice {
    @Override
    public Optional<AllocatedDevice> held(Optional<Integer> shareMiB) {
      return Optional.empty();
    }
  }
}
