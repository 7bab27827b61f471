package com.intel.dra.gpu.selfcheck;

import com.intel.dra.gpu.device.DeviceType;
import com.intel.dra.gpu.device.DeviceUid;
import com.intel.dra.gpu.device.Gpu;
import com.intel.dra.gpu.device.GpuFacts;
import com.intel.dra.gpu.sysfs.Discovery;
import com.intel.dra.gpu.sysfs.EnabledVfs;
import com.intel.dra.gpu.sysfs.GpuDiscovery;
import com.intel.dra.gpu.sysfs.UnusableSysfsException;
import com.intel.dra.gpu.sysfs.VfQuotas;
import com.intel.dra.gpu.sysfs.VirtualFunctions;
import com.intel.dra.gpu.time.PatientQuestions;
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
public record HardwareEye(
    GpuDiscovery discovery, VirtualFunctions virtualFunctions, Duration patience) {

  private static final Picture.Sriov NO_ANSWER =
      new Picture.Sriov(OptionalInt.empty(), Map.of(), List.of());

  public Sight<Picture.Hardware> look() {
    Discovery found;
    try {
      found = discovery.discover();
    } catch (UnusableSysfsException e) {
      return new Sight.NotSeen<>(String.valueOf(e.getMessage()));
    }
    var questions = new LinkedHashMap<DeviceUid, Supplier<Picture.Sriov>>();
    for (Gpu device : found.devices()) {
      if (device.type() == DeviceType.GPU) {
        questions.put(device.uid(), () -> sriov(device));
      }
    }
    var sriov = new HashMap<DeviceUid, Picture.Sriov>();
    new PatientQuestions<DeviceUid, Picture.Sriov>("look-at-")
        .ask(questions, patience)
        .forEach((gpu, answer) -> sriov.put(gpu, answer.orElse(NO_ANSWER)));
    return new Sight.Seen<>(
        new Picture.Hardware(
            found.devices(),
            found.facts().stream().map(GpuFacts::uid).collect(Collectors.toUnmodifiableSet()),
            sriov));
  }

  private Picture.Sriov sriov(Gpu gpu) {
    return switch (virtualFunctions.enabled(gpu.address())) {
      case EnabledVfs.Unknown _ -> NO_ANSWER;
      case EnabledVfs.Count(int numVfs) ->
          switch (virtualFunctions.quotas(gpu.address())) {
            case VfQuotas.Read(Map<Integer, Long> memoryBytes, List<String> changed) ->
                new Picture.Sriov(OptionalInt.of(numVfs), memoryBytes, changed);
            case VfQuotas.Unknown _ -> NO_ANSWER;
          };
    };
  }
}
