package com.intel.dra.gpu.sysfs;

import com.intel.dra.gpu.device.Gpu;
import java.util.Optional;

/** What looking at one PCI function gave. */
sealed interface Inspection {

  /**
   * A device to offer.
   *
   * @param withoutVfs set when the GPU is offered but its VFs are not
   */
  record Found(Gpu gpu, Optional<SkippedDevice> withoutVfs) implements Inspection {}

  /** An Intel GPU or VF that cannot be offered. */
  record Skipped(SkippedDevice device) implements Inspection {}

  /** No Intel GPU. */
  record NotAGpu() implements Inspection {}
}
