package com.intel.dra.gpu.selfcheck.look;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.sysfs.discovery.Discovery;
import com.intel.dra.gpu.sysfs.discovery.GpuDiscovery;
import com.intel.dra.gpu.sysfs.discovery.UnusableSysfsException;
import com.intel.dra.gpu.sysfs.sriov.EnabledVfs;
import com.intel.dra.gpu.sysfs.sriov.VfQuotas;
import com.intel.dra.gpu.sysfs.sriov.VirtualFunctions;
import com.intel.dra.kit.time.TimeLimitedQueries;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Reads the GPUs from sysfs.
 *
 * @param patience how long to wait for all GPUs' answers about their VFs; the kernel makes a reader
 *     wait, forever if the GPU hangs
 */
public record HardwareProbe(
    GpuDiscovery discovery, VirtualFunctions virtualFunctions, Duration patience) {

  private static final NodeSnapshot.Sriov NO_ANSWER =
      new NodeSnapshot.Sriov(OptionalInt.empty(), Map.of(), List.of());

  public Observed<NodeSnapshot.Hardware> look() {
    Discovery found;
    try {
      found = discovery.discover();
    } catch (UnusableSysfsException e) {
      return new Observed.NotSeen<>(String.valueOf(e.getMessage()));
    }
    var questions = new LinkedHashMap<DeviceUid, Supplier<NodeSnapshot.Sriov>>();
    for (Gpu device : found.devices()) {
      if (device.type() == DeviceType.GPU) {
        questions.put(device.uid(), () -> sriov(device));
      }
    }
    var sriov = new HashMap<DeviceUid, NodeSnapshot.Sriov>();
    new TimeLimitedQueries<DeviceUid, NodeSnapshot.Sriov>("look-at-")
        .ask(questions, patience)
        .forEach((gpu, answer) -> sriov.put(gpu, answer.orElse(NO_ANSWER)));
    return new Observed.Seen<>(
        new NodeSnapshot.Hardware(
            found.devices(),
            found.facts().stream().map(GpuFacts::uid).collect(Collectors.toUnmodifiableSet()),
            sriov));
  }

  private NodeSnapshot.Sriov sriov(Gpu gpu) {
    return switch (virtualFunctions.enabled(gpu.address())) {
      case EnabledVfs.Unknown _ -> NO_ANSWER;
      case EnabledVfs.Count(int numVfs) ->
          switch (virtualFunctions.quotas(gpu.address())) {
            case VfQuotas.Read(Map<Integer, Long> memoryBytes, List<String> changed) ->
                new NodeSnapshot.Sriov(OptionalInt.of(numVfs), memoryBytes, changed);
            case VfQuotas.Unknown _ -> NO_ANSWER;
          };
    };
  }
}
