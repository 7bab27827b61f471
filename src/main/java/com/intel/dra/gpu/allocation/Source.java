package com.intel.dra.gpu.allocation;

/** Where a device for a claim can come from; GPUs and VFs by their number in the {@link Ledger}. */
sealed interface Source {

  /** A share of a plain GPU. */
  record GpuShare(int gpu) implements Source {}

  /** A VF that exists. */
  record ExistingVf(int vf) implements Source {}

  /** A VF that the GPU is going to be split into; the only source that can be used repeatedly. */
  record NewVf(int gpu) implements Source {}
}
