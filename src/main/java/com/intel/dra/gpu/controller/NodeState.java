package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A node's record and who holds its devices.
 *
 * @param holders devices by claim UID: what is prepared, what is on record, and what claims hold
 *     that the record does not tell (yet). One whose record was lost is not lost itself.
 */
record NodeState(GpuAllocationState gas, Map<String, List<AllocatedDevice>> holders) {

  /**
   * @param beyondRecord what claims hold or are about to hold, by claim UID; goes before what is on
   *     record for them
   */
  static NodeState of(GpuAllocationState gas, Map<String, List<AllocatedDevice>> beyondRecord) {
    // a claim that is prepared but no longer allocated still has its devices: its pod may be
    // running
    var holders = new HashMap<>(gas.getSpec().prepared());
    gas.getSpec()
        .resourceClaimAllocations()
        .forEach((claimUid, allocation) -> holders.put(claimUid, allocation.gpus()));
    holders.putAll(beyondRecord);
    return new NodeState(gas, holders);
  }

  String name() {
    return gas.getMetadata().getName();
  }

  boolean isReady() {
    return GpuAllocationState.READY.equals(gas.getStatus());
  }
}
