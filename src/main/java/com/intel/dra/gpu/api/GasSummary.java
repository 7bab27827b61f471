package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

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
    Holders holders = Holders.of(spec);
    return new GasSummary(gpus, vfs, holders.claims().size(), holders.memoryMiB(), totalMiB);
  }
}
