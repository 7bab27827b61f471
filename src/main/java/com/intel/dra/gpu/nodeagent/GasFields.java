package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatableDevice;
import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of a GAS that are the node agent's. An empty one is not known yet, and the GAS keeps
 * what it has.
 *
 * @param allocations who was given what; the controller's field in classic DRA, and so empty there
 */
record GasFields(
    Optional<Map<String, AllocatableDevice>> allocatable,
    Optional<Map<String, List<AllocatedDevice>>> prepared,
    Optional<Map<String, ClaimAllocation>> allocations,
    String status) {}
