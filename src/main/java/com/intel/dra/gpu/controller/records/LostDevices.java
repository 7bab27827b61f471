package com.intel.dra.gpu.controller.records;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.classic.AllocationResults;
import com.intel.dra.gpu.classic.ClaimStep;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import java.util.List;
import java.util.Set;

/**
 * Claims with GPUs that their node does not offer any more, because a GPU is gone or cannot be
 * used. For a VF its GPU counts, because VFs are made and removed as claims need them.
 *
 * @param claim the claim that holds the GPUs
 * @param gpus by UID
 */
public record LostDevices(ResourceClaim claim, List<String> gpus) {

  /**
   * If a node's agent does not run, nothing is known about the node's devices, so nothing is
   * reported.
   */
  public static List<LostDevices> of(GpuAllocationState node, List<ResourceClaim> claimsOnNode) {
    if (!GpuAllocationState.READY.equals(node.getStatus())) {
      return List.of();
    }
    Set<String> offered = node.getSpec().allocatable().keySet();
    return claimsOnNode.stream()
        .map(claim -> new LostDevices(claim, gpus(claim, offered)))
        .filter(lost -> !lost.gpus().isEmpty())
        .toList();
  }

  private static List<String> gpus(ResourceClaim claim, Set<String> offered) {
    return ClaimStep.of(claim) instanceof ClaimStep.KeepOnRecord keep
        ? AllocationResults.devices(keep.allocation()).stream()
            .map(LostDevices::gpu)
            .filter(gpu -> !offered.contains(gpu))
            .distinct()
            .sorted()
            .toList()
        : List.of();
  }

  /** As the allocation itself says it, so that a UID of an unknown form counts, too. */
  private static String gpu(AllocatedDevice device) {
    return device.parentUid().isEmpty() ? device.uid() : device.parentUid();
  }

  public String message(String node) {
    return "%s of node %s, which the claim holds, is not offered any more: see the Events of the Node. Pods that use it do not work; delete them to have the claim allocated anew"
        .formatted(String.join(", ", gpus), node);
  }
}
