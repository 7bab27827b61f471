package com.intel.dra.gpu.selfcheck.look;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.ClaimStep;
import com.intel.dra.gpu.classic.Claims;
import com.intel.dra.gpu.structured.ClaimResults;
import com.intel.dra.gpu.structured.DeviceName;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Optional;
import java.util.stream.Collectors;

/** Extracts what concerns one node from a claim at the API server; empty if nothing does. Pure. */
final class ClaimsHere {

  private ClaimsHere() {}

  static Optional<NodeSnapshot.ClaimHere> classic(
      io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim claim, String node) {
    return Claims.allocation(claim)
        .filter(_ -> Claims.isAllocatedByUs(claim))
        .filter(allocation -> AllocationResults.node(allocation).equals(Optional.of(node)))
        .map(
            allocation ->
                new NodeSnapshot.ClaimHere(
                    name(claim.getMetadata()),
                    AllocationResults.devices(allocation).stream()
                        .map(AllocatedDevice::uid)
                        .collect(Collectors.toSet()),
                    ClaimStep.of(claim) instanceof ClaimStep.KeepOnRecord));
  }

  /** Devices to which the claim has only monitor access do not count as held. */
  static Optional<NodeSnapshot.ClaimHere> structured(
      io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim claim, String driver, String pool) {
    return switch (ClaimResults.of(claim, driver, pool)) {
      case ClaimResults.NotAllocated _, ClaimResults.NotHere _ -> Optional.empty();
      case ClaimResults.Given(var results, var _) ->
          Optional.of(
              new NodeSnapshot.ClaimHere(
                  name(claim.getMetadata()),
                  results.stream()
                      .filter(result -> !result.adminAccess())
                      .flatMap(result -> DeviceName.parse(result.device()).stream())
                      .filter(device -> !device.monitor())
                      .map(device -> device.uid().toString())
                      .collect(Collectors.toSet()),
                  true));
    };
  }

  private static String name(ObjectMeta claim) {
    return "%s/%s".formatted(claim.getNamespace(), claim.getName());
  }
}
