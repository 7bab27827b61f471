package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import java.util.Optional;

/** What looking at one PCI function gave. */
sealed interface Inspection {

  /**
   * A device to offer.
   *
   * @param facts what there is to tell of it
   * @param withoutVfs set when the GPU is offered but its VFs are not
   */
  record Found(Gpu gpu, GpuFacts facts, Optional<SkippedDevice> withoutVfs) implements Inspection {}

  /**
   * An Intel GPU or VF that cannot be offered.
   *
   * @param facts empty when not even its name can be told, or it is gone
   */
  record Skipped(SkippedDevice device, Optional<GpuFacts> facts) implements Inspection {}

  /** No Intel GPU. */
  record NotAGpu() implements Inspection {}
}
