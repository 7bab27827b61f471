package com.intel.dra.gpu.slices;

import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaintBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceSlice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Since when the devices have their taints. Pods are evicted some time after a NoExecute taint was
 * added, so a write must not make an old taint young.
 */
final class TaintTimes {

  private final Map<String, List<DeviceTaint>> taintsOfDevices = new HashMap<>();

  /**
   * @param slices what is known of a pool, the newest last: what one says of a device takes the
   *     place of what those before it said
   */
  static TaintTimes of(List<ResourceSlice> slices) {
    var times = new TaintTimes();
    for (ResourceSlice slice : slices) {
      for (Device device : Absent.orEmpty(slice.getSpec().getDevices())) {
        times.taintsOfDevices.put(device.getName(), Absent.orEmpty(device.getTaints()));
      }
    }
    return times;
  }

  /** The layout with the known time in each taint that says none. */
  SliceLayout applyTo(SliceLayout layout) {
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
    List<DeviceTaint> taints = Absent.orEmpty(device.getTaints());
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
