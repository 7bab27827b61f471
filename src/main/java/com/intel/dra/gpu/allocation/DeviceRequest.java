package com.intel.dra.gpu.allocation;

import com.intel.dra.gpu.device.DeviceType;

/**
 * What one claim requests from a node.
 *
 * @param count the number of different devices, at least 1
 * @param memoryMiB local memory of each of them; 0 for no requirement
 * @param selector the devices that the claim's class allows
 */
public record DeviceRequest(
    String claimUid, DeviceType type, int count, int memoryMiB, DeviceSelector selector) {

  public DeviceRequest {
    if (count < 1 || memoryMiB < 0) {
      throw new IllegalArgumentException(
          "a claim asks for at least 1 device and at least 0 MiB: %d devices, %d MiB"
              .formatted(count, memoryMiB));
    }
  }
}
