package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A node's GPUs and who holds them. {@code allocatable} and {@code prepared} are written by the
 * node agent alone, {@code resourceClaimAllocations} by the controller alone. Absent maps read as
 * empty ones.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record GpuAllocationStateSpec(
    @JsonPropertyDescription("The devices that the node offers, by UID. Written by the node agent.")
        Map<String, AllocatableDevice> allocatable,
    @JsonPropertyDescription(
            "The devices that are prepared for running pods, by claim UID. Written by the node agent.")
        Map<String, List<AllocatedDevice>> prepared,
    @JsonPropertyDescription(
            "The devices that claims were given, by claim UID. Written by the controller.")
        Map<String, ClaimAllocation> resourceClaimAllocations) {

  public static final GpuAllocationStateSpec EMPTY =
      new GpuAllocationStateSpec(Map.of(), Map.of(), Map.of());

  /** Takes null, which is how JSON's absent maps arrive here, as empty. */
  public GpuAllocationStateSpec(
      @Nullable Map<String, AllocatableDevice> allocatable,
      @Nullable Map<String, List<AllocatedDevice>> prepared,
      @Nullable Map<String, ClaimAllocation> resourceClaimAllocations) {
    this.allocatable = sorted(allocatable);
    this.prepared = sorted(prepared);
    this.resourceClaimAllocations = sorted(resourceClaimAllocations);
  }

  private static <V> Map<String, V> sorted(@Nullable Map<String, V> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
  }
}
