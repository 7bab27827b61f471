package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A node's record and who holds its devices.
 *
 * @param given devices by claim UID: what is on record, and what claims hold that the record does
 *     not tell (yet). One whose record was lost is not lost itself. What is prepared counts beside
 *     it.
 */
public record NodeState(GpuAllocationState gas, Map<String, List<AllocatedDevice>> given) {

  /**
   * @param beyondRecord what claims hold or are about to hold, by claim UID; goes before what is on
   *     record for them
   */
  public static NodeState of(
      GpuAllocationState gas, Map<String, List<AllocatedDevice>> beyondRecord) {
    var given = new HashMap<String, List<AllocatedDevice>>();
    gas.getSpec()
        .resourceClaimAllocations()
        .forEach((claimUid, allocation) -> given.put(claimUid, allocation.gpus()));
    given.putAll(beyondRecord);
    return new NodeState(gas, Collections.unmodifiableMap(given));
  }

  /**
   * Devices by claim UID that containers may be using, though the claim may have been given others
   * since, or none.
   */
  Map<String, List<AllocatedDevice>> prepared() {
    return gas.getSpec().prepared();
  }

  public String name() {
    return gas.getMetadata().getName();
  }

  boolean isReady() {
    return GpuAllocationState.READY.equals(gas.getStatus());
  }
}
