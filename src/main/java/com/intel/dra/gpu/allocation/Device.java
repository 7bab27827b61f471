package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;

/**
 * A device that a node offers.
 *
 * @param memoryMiB local memory in MiB; 0 for an integrated GPU
 * @param maxVfs how many VFs a GPU can be split into; 0 where that is not possible, and for VFs
 */
public record Device(DeviceUid uid, int memoryMiB, int maxVfs) {

  public Device {
    if (memoryMiB < 0 || maxVfs < 0) {
      throw new IllegalArgumentException(
          "memory and number of VFs cannot be negative: %d MiB, %d VFs"
              .formatted(memoryMiB, maxVfs));
    }
  }

  public DeviceType type() {
    return uid.type();
  }
}
