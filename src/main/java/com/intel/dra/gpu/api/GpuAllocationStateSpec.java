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
 * node agent alone, {@code resourceClaimAllocations} by the controller alone, {@code summary} by
 * both. Absent maps read as empty ones.
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
        Map<String, ClaimAllocation> resourceClaimAllocations,
    @JsonPropertyDescription(
            "What the other fields come to, for columns. Written with them, by whoever writes.")
        @Nullable GasSummary summary) {

  public static final GpuAllocationStateSpec EMPTY =
      new GpuAllocationStateSpec(Map.of(), Map.of(), Map.of(), null);

  /** Takes null, which is how JSON's absent maps arrive here, as empty. */
  public GpuAllocationStateSpec(
      @Nullable Map<String, AllocatableDevice> allocatable,
      @Nullable Map<String, List<AllocatedDevice>> prepared,
      @Nullable Map<String, ClaimAllocation> resourceClaimAllocations,
      @Nullable GasSummary summary) {
    this.allocatable = sorted(allocatable);
    this.prepared = sorted(prepared);
    this.resourceClaimAllocations = sorted(resourceClaimAllocations);
    this.summary = summary;
  }

  /** Without a summary. */
  public GpuAllocationStateSpec(
      Map<String, AllocatableDevice> allocatable,
      Map<String, List<AllocatedDevice>> prepared,
      Map<String, ClaimAllocation> resourceClaimAllocations) {
    this(allocatable, prepared, resourceClaimAllocations, null);
  }

  /** The same, with the summary that goes with it. */
  public GpuAllocationStateSpec summarised() {
    return new GpuAllocationStateSpec(
        allocatable, prepared, resourceClaimAllocations, GasSummary.of(this));
  }

  private static <V> Map<String, V> sorted(@Nullable Map<String, V> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
  }
}
