package com.intel.dra.gpu.device;

import java.util.Optional;

/**
 * A way to split one GPU into equal VFs.
 *
 * @param name such as {@code flex170_m8}; stands in the GAS for the VFs that are planned with it
 * @param numVfs how many VFs the GPU can have at most under this profile
 * @param memoryMiB local memory that each VF has at least, in MiB; 0 for an integrated GPU
 * @param quotas what to give to each VF; empty for a fair share, where the kernel divides
 *     everything itself when {@code sriov_numvfs} is written
 */
public record VfProfile(String name, int numVfs, int memoryMiB, Optional<Quotas> quotas) {

  /**
   * What one VF gets, in the kernel's terms (i915's {@code prelim_iov/vf<n>/gt*}).
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
