package com.intel.dra.gpu.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A node's GPUs and the claims that hold them. {@code allocatable}, {@code prepared} and {@code
 * preparedNames} are written only by the node agent, {@code resourceClaimAllocations} only by the
 * controller, {@code summary} by both. Absent maps are read as empty.
 *
 * @param preparedNames namespace and name of claims in {@code prepared}, as {@link ClaimName} reads
 *     them; claims that an older agent wrote have none
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record GpuAllocationStateSpec(
    @JsonPropertyDescription("The devices that the node offers, by UID. Written by the node agent.")
        Map<String, AllocatableDevice> allocatable,
    @JsonPropertyDescription(
            "The devices that are prepared for running pods, by claim UID. Written by the node"
                + " agent.")
        Map<String, List<AllocatedDevice>> prepared,
    @JsonPropertyDescription(
            "Namespace and name of claims in prepared, as namespace/name, by claim UID. Written by"
                + " the node agent.")
        Map<String, String> preparedNames,
    @JsonPropertyDescription(
            "The devices that claims were given, by claim UID. Written by the controller.")
        Map<String, ClaimAllocation> resourceClaimAllocations,
    @JsonPropertyDescription(
            "Totals of the other fields, for the columns of kubectl. Each writer of the other fields writes them too.")
        @Nullable GasSummary summary) {

  public static final GpuAllocationStateSpec EMPTY =
      new GpuAllocationStateSpec(Map.of(), Map.of(), Map.of(), Map.of(), null);

  /** Accepts null as empty, because maps that are absent in JSON arrive as null. */
  public GpuAllocationStateSpec(
      @Nullable Map<String, AllocatableDevice> allocatable,
      @Nullable Map<String, List<AllocatedDevice>> prepared,
      @Nullable Map<String, String> preparedNames,
      @Nullable Map<String, ClaimAllocation> resourceClaimAllocations,
      @Nullable GasSummary summary) {
    this.allocatable = sorted(allocatable);
    this.prepared = sorted(prepared);
    this.preparedNames = sorted(preparedNames);
    this.resourceClaimAllocations = sorted(resourceClaimAllocations);
    this.summary = summary;
  }

  /** A spec without names and summary. */
  public GpuAllocationStateSpec(
      Map<String, AllocatableDevice> allocatable,
      Map<String, List<AllocatedDevice>> prepared,
      Map<String, ClaimAllocation> resourceClaimAllocations) {
    this(allocatable, prepared, Map.of(), resourceClaimAllocations, null);
  }

  /** The same spec with its summary. */
  public GpuAllocationStateSpec summarised() {
    return new GpuAllocationStateSpec(
        allocatable, prepared, preparedNames, resourceClaimAllocations, GasSummary.of(this));
  }

  private static <V> Map<String, V> sorted(@Nullable Map<String, V> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
  }
}
