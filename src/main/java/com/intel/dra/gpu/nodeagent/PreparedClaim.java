package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimName;
import com.intel.dra.gpu.kubelet.PrepareResult;
import java.util.List;
import java.util.Optional;

/**
 * A claim whose devices containers of this node may be using.
 *
 * @param namespace empty if the record was rebuilt from the GAS of an older agent, or from one that
 *     had no room for the claim's name
 * @param name likewise
 * @param devices what it holds; not what it only looks at
 * @param results in structured DRA what the scheduler gave it; empty in classic DRA, and if the
 *     record was rebuilt from the GAS
 */
public record PreparedClaim(
    String namespace, String name, List<AllocatedDevice> devices, List<PreparedResult> results) {

  public PreparedClaim {
    devices = List.copyOf(devices);
    results = List.copyOf(results);
  }

  /** A claim of classic DRA. */
  public PreparedClaim(String namespace, String name, List<AllocatedDevice> devices) {
    this(namespace, name, devices, List.of());
  }

  /** Empty where nobody knows it. */
  Optional<ClaimName> claimName() {
    return name.isEmpty() ? Optional.empty() : Optional.of(new ClaimName(namespace, name));
  }

  /** What the kubelet is told of the claim. */
  PrepareResult.Prepared answer() {
    return results.isEmpty()
        ? PrepareResult.Prepared.classic(
            devices.stream().map(device -> GpuCdiDevices.KIND.qualifiedName(device.uid())).toList())
        : new PrepareResult.Prepared(results.stream().map(PreparedResult::answer).toList());
  }
}
