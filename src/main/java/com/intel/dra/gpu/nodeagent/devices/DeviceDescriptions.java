package com.intel.dra.gpu.nodeagent.devices;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.device.GpuModel;
import com.intel.dra.gpu.device.GpuModels;
import com.intel.dra.gpu.structured.DeviceFacts;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Converts what discovery found out about a GPU into the terms of ResourceSlices. */
public final class DeviceDescriptions {

  private DeviceDescriptions() {}

  /**
   * @param facts the facts of all devices of the node
   */
  public static DeviceFacts of(Gpu gpu, List<GpuFacts> facts, DeviceFacts.Condition condition) {
    GpuModel model = GpuModels.of(gpu.uid().model());
    Optional<GpuFacts> known =
        facts.stream().filter(candidate -> candidate.uid().equals(gpu.uid())).findFirst();
    return new DeviceFacts(
        model.model(),
        model.family(),
        known.flatMap(GpuFacts::driver).orElse(""),
        known.map(GpuFacts::sriovCapable).orElse(false),
        known.flatMap(GpuFacts::pcieRoot),
        known.map(GpuFacts::numaNode).orElseGet(OptionalInt::empty),
        condition);
  }
}
