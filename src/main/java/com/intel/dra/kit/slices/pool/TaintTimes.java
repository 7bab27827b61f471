package com.intel.dra.kit.slices.pool;

import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaintBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The times at which the devices got their taints. Pods are evicted some time after a NoExecute
 * taint was added, so a write must not reset the time of an old taint.
 */
public final class TaintTimes {

  private final Map<String, List<DeviceTaint>> taintsOfDevices = new HashMap<>();

  /**
   * @param slices the known slices of a pool, the newest last: a later slice replaces what earlier
   *     ones say about a device
   */
  public static TaintTimes of(List<ResourceSlice> slices) {
    var times = new TaintTimes();
    for (ResourceSlice slice : slices) {
      for (Device device : NullAsEmpty.orEmpty(slice.getSpec().getDevices())) {
        times.taintsOfDevices.put(device.getName(), NullAsEmpty.orEmpty(device.getTaints()));
      }
    }
    return times;
  }

  /** The layout in which each taint without a time gets its known time. */
  public SliceLayout applyTo(SliceLayout layout) {
    return new SliceLayout(
        layout.poolName(),
        layout.slices().stream()
            .map(
                slice ->
                    new SliceLayout.Content(
                        slice.counterSets(), slice.devices().stream().map(this::applyTo).toList()))
            .toList());
  }

  private Device applyTo(Device device) {
    List<DeviceTaint> known = taintsOfDevices.getOrDefault(device.getName(), List.of());
    List<DeviceTaint> taints = NullAsEmpty.orEmpty(device.getTaints());
    if (known.isEmpty() || taints.isEmpty()) {
      return device;
    }
    return new DeviceBuilder(device)
        .withTaints(taints.stream().map(taint -> withTime(taint, known)).toList())
        .build();
  }

  private static DeviceTaint withTime(DeviceTaint taint, List<DeviceTaint> known) {
    if (taint.getTimeAdded() != null) {
      return taint;
    }
    return known.stream()
        .filter(old -> old.getTimeAdded() != null)
        .filter(old -> SliceComparison.isSameTaintAnyTime(taint, old))
        .findFirst()
        .map(old -> new DeviceTaintBuilder(taint).withTimeAdded(old.getTimeAdded()).build())
        .orElse(taint);
  }
}
