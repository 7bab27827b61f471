package com.intel.dra.gpu.nodeagent.state;

import com.intel.dra.gpu.api.AllocatedDevice;
import com.intel.dra.gpu.api.ClaimName;
import com.intel.dra.gpu.nodeagent.cdi.GpuCdiDevices;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A claim whose devices may be in use by containers of this node.
 *
 * @param namespace empty if the record was rebuilt from the GAS of an older agent, or from a GAS
 *     that had no room for the claim's name
 * @param name likewise
 * @param devices the devices that it holds, without those to which it has administrative access
 * @param results the scheduler's results in structured DRA; empty in classic DRA, and if the record
 *     was rebuilt from the GAS
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

  /** Returns the name; empty if it is not known. */
  public Optional<ClaimName> claimName() {
    return name.isEmpty() ? Optional.empty() : Optional.of(new ClaimName(namespace, name));
  }

  /** Returns this record of a claim whose name was found. */
  PreparedClaim named(ClaimName found) {
    return new PreparedClaim(found.namespace(), found.name(), devices, results);
  }

  /** Returns the UIDs of all devices that its containers see, with administrative access too. */
  public Set<String> visibleDevices() {
    return Stream.concat(
            devices.stream().map(AllocatedDevice::uid),
            results.stream()
                .flatMap(result -> result.cdiDevices().stream())
                .map(name -> name.substring(name.indexOf('=') + 1)))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Returns the answer to the kubelet. */
  public PrepareResult.Prepared answer() {
    return results.isEmpty()
        ? PrepareResult.Prepared.classic(
            devices.stream().map(device -> GpuCdiDevices.KIND.qualifiedName(device.uid())).toList())
        : new PrepareResult.Prepared(results.stream().map(PreparedResult::answer).toList());
  }
}
