package com.intel.dra.gpu.sysfs.discovery;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import java.util.Optional;

/** The result of inspecting one PCI function. */
sealed interface Inspection {

  /**
   * A device that can be offered.
   *
   * @param facts the known facts about the device
   * @param withoutVfs set if the GPU is offered but its VFs are not
   */
  record Found(Gpu gpu, GpuFacts facts, Optional<SkippedDevice> withoutVfs) implements Inspection {}

  /**
   * An Intel GPU or VF that cannot be offered.
   *
   * @param facts empty if not even its name is known, or if it is gone
   */
  record Skipped(SkippedDevice device, Optional<GpuFacts> facts) implements Inspection {}

  /** The function is no Intel GPU. */
  record NotAGpu() implements Inspection {}
}
