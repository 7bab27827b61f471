package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.VfProfile;
import com.intel.dra.gpu.device.VfProfiles;
import java.util.List;

/**
 * A device that a node offers.
 *
 * @param memoryMiB local memory in MiB; 0 for an integrated GPU
 * @param maxVfs the number of VFs that a GPU can be split into; 0 if that is not possible, and for
 *     VFs
 * @param equalShares whether the kernel gives all its VFs the same memory
 */
public record Device(DeviceUid uid, int memoryMiB, int maxVfs, boolean equalShares) {

  public Device {
    if (memoryMiB < 0 || maxVfs < 0) {
      throw new IllegalArgumentException(
          "memory and number of VFs cannot be negative: %d MiB, %d VFs"
              .formatted(memoryMiB, maxVfs));
    }
  }

  /** A GPU whose VFs can get the memory of their profile, or a VF. */
  public Device(DeviceUid uid, int memoryMiB, int maxVfs) {
    this(uid, memoryMiB, maxVfs, false);
  }

  /** The ways to split it, the one with the smallest VFs first. */
  List<VfProfile> vfProfiles() {
    return VfProfiles.forGpu(uid.model(), memoryMiB, maxVfs, equalShares);
  }

  public DeviceType type() {
    return uid.type();
  }
}
