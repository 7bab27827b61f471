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
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Reads the GPUs from sysfs.
 *
 * @param patience how long to wait for a GPU's answer about its VFs; the kernel makes a reader
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
    var sriov = new HashMap<DeviceUid, Picture.Sriov>();
    for (Gpu device : found.devices()) {
      if (device.type() == DeviceType.GPU) {
        sriov.put(device.uid(), patiently(device));
      }
    }
    return new Sight.Seen<>(
        new Picture.Hardware(
            found.devices(),
            found.facts().stream().map(GpuFacts::uid).collect(Collectors.toUnmodifiableSet()),
            sriov));
  }

  private Picture.Sriov patiently(Gpu gpu) {
    var answer = new CompletableFuture<Picture.Sriov>();
    Thread.ofPlatform()
        .daemon()
        .name("look-at-" + gpu.address())
        .start(
            () -> {
              try {
                answer.complete(sriov(gpu));
              } catch (RuntimeException e) {
                answer.completeExceptionally(e);
              }
            });
    try {
      return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return NO_ANSWER;
    } catch (ExecutionException e) {
      throw new IllegalStateException("defect while looking at the VFs of " + gpu.uid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return NO_ANSWER;
    }
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
