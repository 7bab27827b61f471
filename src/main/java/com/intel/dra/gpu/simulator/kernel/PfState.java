package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.simulator.topology.SimulatedGpu;
import java.util.HashMap;
import java.util.Map;

/**
 * The kernel's state of a GPU as the parent of VFs.
 *
 * @param autoProvisioning whether the driver divides the GPU by itself
 * @param autoprobe whether a driver is bound to new VFs
 * @param numVfs the number of enabled VFs
 * @param quotas the quotas that are not 0
 */
public record PfState(
    SimulatedGpu gpu,
    boolean autoProvisioning,
    boolean autoprobe,
    int numVfs,
    Map<VfQuota, Long> quotas) {

  public PfState {
    quotas = Map.copyOf(quotas);
  }

  public static PfState initial(SimulatedGpu gpu) {
    return new PfState(gpu, true, true, 0, Map.of());
  }

  long quota(VfQuota quota) {
    return quotas.getOrDefault(quota, 0L);
  }

  /** The sum of one kind of quota on one tile over all VFs. */
  long sum(VfQuota.Kind kind, int tile) {
    return quotas.entrySet().stream()
        .filter(entry -> entry.getKey().kind() == kind && entry.getKey().tile() == tile)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** The local memory of a VF over all tiles, in bytes. */
  long memoryBytes(int vf) {
    return quotas.entrySet().stream()
        .filter(entry -> entry.getKey().kind().isMemory() && entry.getKey().vf() == vf)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  PfState withAutoProvisioning(boolean on) {
    return new PfState(gpu, on, autoprobe, numVfs, quotas);
  }

  PfState withAutoprobe(boolean on) {
    return new PfState(gpu, autoProvisioning, on, numVfs, quotas);
  }

  PfState withNumVfs(int count) {
    return new PfState(gpu, autoProvisioning, autoprobe, count, quotas);
  }

  PfState with(VfQuota quota, long value) {
    Map<VfQuota, Long> changed = new HashMap<>(quotas);
    if (value == 0) {
      changed.remove(quota);
    } else {
      changed.put(quota, value);
    }
    return new PfState(gpu, autoProvisioning, autoprobe, numVfs, changed);
  }

  /** The state without the local memory quotas of all VFs, or without any quota. */
  PfState released(boolean memoryOnly) {
    Map<VfQuota, Long> kept = new HashMap<>(quotas);
    kept.keySet().removeIf(quota -> !memoryOnly || quota.kind().isMemory());
    return new PfState(gpu, autoProvisioning, autoprobe, numVfs, kept);
  }
}
