package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/**
 * The totals of a node's GPUs, for the columns of {@code kubectl get gas}. Each writer of the
 * object writes the summary together with its change, under the same resourceVersion, so that it
 * always matches the other fields; nothing is decided from it.
 *
 * @param gpus the offered GPUs, whether whole, by memory or as VFs
 * @param vfs the offered VFs
 * @param claims the claims that hold a device
 * @param usedMiB local memory that claims hold; per claim and device the larger of the allocated
 *     and the prepared share
 * @param totalMiB local memory of the GPUs
 */
public record GasSummary(
    @Required @JsonPropertyDescription("GPUs of the node.") int gpus,
    @Required @JsonPropertyDescription("SR-IOV virtual functions of the node.") int vfs,
    @Required @JsonPropertyDescription("Claims that hold a device.") int claims,
    @Required @JsonPropertyDescription("Local memory that claims hold, in MiB.") long usedMiB,
    @Required @JsonPropertyDescription("Local memory of the GPUs, in MiB.") long totalMiB) {

  /** Computes the summary of a spec, ignoring the one that it has. */
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
    DeviceHolders holders = DeviceHolders.of(spec);
    return new GasSummary(gpus, vfs, holders.claims().size(), holders.memoryMiB(), totalMiB);
  }
}
