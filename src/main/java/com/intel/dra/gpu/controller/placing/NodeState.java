package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A node's record and the holders of its devices.
 *
 * @param given devices by claim UID: those on record, and those that claims hold and the record
 *     does not have (yet). So an allocation is not lost if its record is. Prepared devices count in
 *     addition.
 */
public record NodeState(GpuAllocationState gas, Map<String, List<AllocatedDevice>> given) {

  /**
   * @param beyondRecord what claims hold or are about to hold, by claim UID; replaces what is on
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
   * Returns, by claim UID, the devices that containers may be using, even if the claim has been
   * given other devices since, or none.
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
