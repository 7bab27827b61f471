package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.structured.DeviceFacts;
import java.util.Optional;
import java.util.OptionalInt;

/** What discovery found out about a GPU, in the words of ResourceSlices. */
final class DeviceDescriptions {

  private DeviceDescriptions() {}

  static DeviceFacts of(Gpu gpu) {
    return new DeviceFacts(
        "Unknown",
        "Unknown",
        "",
        gpu.maxVfs() > 0,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty());
  }
}
