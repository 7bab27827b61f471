package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;

/**
 * What a node's GPUs come to, for the columns of {@code kubectl get gas}. Whoever writes the object
 * writes this with it, under the same resourceVersion, so that it is always that of the other
 * fields; nobody decides anything on it.
 *
 * @param gpus GPUs that are offered, whole, by memory or as VFs
 * @param vfs VFs that are offered
 * @param claims claims that hold a device
 * @param usedMiB local memory that claims hold; per claim and device, of what it was given and what
 *     it has prepared, the larger
 * @param totalMiB local memory of the GPUs
 */
public record GasSummary(
    @Required @JsonPropertyDescription("GPUs of the node.") int gpus,
    @Required @JsonPropertyDescription("SR-IOV virtual functions of the node.") int vfs,
    @Required @JsonPropertyDescription("Claims that hold a device.") int claims,
    @Required @JsonPropertyDescription("Local memory that claims hold, in MiB.") long usedMiB,
    @Required @JsonPropertyDescription("Local memory of the GPUs, in MiB.") long totalMiB) {

  private record Holding(String claimUid, String deviceUid) {}

  /** That of a spec, whatever summary it has. */
  public static GasSummary of(GpuAllocationStateSpec spec) {
    int gpus = 0;
    int vfs = 0;
    long totalMiB = 0;
    for (AllocatableDevice device : spec.allocatable().values()) {
      if (device.parentUid().isEmpty()) {
        gpus++;
        totalMiB += device.memory();
      } else {
        vfs++;
      }
    }
    var held = new HashMap<Holding, Integer>();
    spec.resourceClaimAllocations().forEach((claim, given) -> hold(held, claim, given.gpus()));
    spec.prepared().forEach((claim, devices) -> hold(held, claim, devices));
    var claims = new HashSet<String>();
    held.keySet().forEach(holding -> claims.add(holding.claimUid()));
    long usedMiB = held.values().stream().mapToLong(Integer::longValue).sum();
    return new GasSummary(gpus, vfs, claims.size(), usedMiB, totalMiB);
  }

  private static void hold(
      Map<Holding, Integer> held, String claim, Collection<AllocatedDevice> devices) {
    for (AllocatedDevice device : devices) {
      held.merge(new Holding(claim, device.uid()), device.memory(), Math::max);
    }
  }
}
