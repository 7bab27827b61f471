package com.intel.dra.gpu.device;

import java.util.Optional;

/**
 * A way to split one GPU into equal VFs.
 *
 * @param name such as {@code flex170_m8}; the GAS names it for VFs that are planned with this
 *     profile
 * @param numVfs the largest number of VFs that the GPU can have with this profile
 * @param memoryMiB the least local memory of each VF, in MiB; 0 for an integrated GPU
 * @param quotas what each VF must be given; empty for a fair share, where the kernel divides
 *     everything itself when {@code sriov_numvfs} is written
 */
public record VfProfile(String name, int numVfs, int memoryMiB, Optional<Quotas> quotas) {

  /**
   * The quotas of one VF, in the kernel's terms (i915's {@code prelim_iov/vf<n>/gt*}).
   *
   * @param contexts contexts_quota
   * @param doorbells doorbells_quota
   * @param ggttBytes ggtt_quota
   * @param lmemBytes lmem_quota
   */
  public record Quotas(
      int contexts,
      int doorbells,
      long ggttBytes,
      long lmemBytes,
      int execQuantumMs,
      int preemptTimeoutUs) {}
}
