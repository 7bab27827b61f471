package com.intel.dra.gpu.allocation;

/**
 * A possible source of a device for a claim. GPUs and VFs are given by their number in the {@link
 * Ledger}.
 */
sealed interface Source {

  /** A share of a GPU that is not split. */
  record GpuShare(int gpu) implements Source {}

  /** An existing VF. */
  record ExistingVf(int vf) implements Source {}

  /** A VF that the GPU will be split into; the only source that can be used repeatedly. */
  record NewVf(int gpu) implements Source {}
}
