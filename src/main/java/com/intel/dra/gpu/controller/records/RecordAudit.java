package com.intel.dra.gpu.controller.records;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimAllocation;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.ClaimStep;
import com.intel.dra.gpu.classic.Claims;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Compares a node's record with the claims that are allocated there. Claims that are being worked
 * on are left out; the node is to be audited again when that has ended.
 *
 * @param missing by claim UID, what claims hold and the record lacks or has differently
 * @param unfounded claim UIDs on record for which no claim is known to be allocated there
 */
public record RecordAudit(Map<String, ClaimAllocation> missing, SortedSet<String> unfounded) {

  public static RecordAudit of(
      GpuAllocationState node, List<ResourceClaim> claimsOnNode, Predicate<String> isInFlight) {
    Map<String, ClaimAllocation> recorded = node.getSpec().resourceClaimAllocations();
    var missing = new TreeMap<String, ClaimAllocation>();
    var founded = new HashSet<String>();
    for (ResourceClaim claim : claimsOnNode) {
      String uid = Claims.uid(claim);
      founded.add(uid);
      if (ClaimStep.of(claim) instanceof ClaimStep.KeepOnRecord keep) {
        List<AllocatedDevice> devices = AllocationResults.devices(keep.allocation());
        ClaimAllocation record = recorded.get(uid);
        // the Go driver's results name no devices, so only its records say which devices a claim
        // has
        if (!devices.isEmpty() && (record == null || !record.gpus().equals(devices))) {
          missing.put(uid, new ClaimAllocation(devices, Claims.ownerUid(claim)));
        }
      }
    }
    var unfounded = new TreeSet<>(recorded.keySet());
    unfounded.removeAll(founded);
    missing.keySet().removeIf(isInFlight);
    unfounded.removeIf(isInFlight);
    return new RecordAudit(missing, unfounded);
  }

  public boolean findsNothing() {
    return missing.isEmpty() && unfounded.isEmpty();
  }
}
