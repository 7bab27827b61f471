package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import java.util.Optional;

/**
 * What a claim holds of one device: a share of a GPU's memory, or a whole VF.
 *
 * @param memoryMiB what the claim may use: the requested memory of a GPU, or all memory of a VF
 * @param profile the profile for making a VF that was planned and did not exist when it was
 *     allocated; empty for every other device
 */
public record DeviceShare(DeviceUid uid, int memoryMiB, Optional<String> profile) {

  public DeviceShare {
    if (memoryMiB < 0) {
      throw new IllegalArgumentException("memory cannot be negative: %d MiB".formatted(memoryMiB));
    }
  }

  /** A share of a GPU, or a VF that exists. */
  public static DeviceShare of(DeviceUid uid, int memoryMiB) {
    return new DeviceShare(uid, memoryMiB, Optional.empty());
  }

  /** A VF that must still be made. */
  public static DeviceShare planned(DeviceUid uid, int memoryMiB, String profile) {
    return new DeviceShare(uid, memoryMiB, Optional.of(profile));
  }

  public DeviceType type() {
    return uid.type();
  }
}
