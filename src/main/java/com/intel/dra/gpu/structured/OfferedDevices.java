package com.intel.dra.gpu.structured;

import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import java.util.List;

/**
 * Devices that are published together, and the counters that they share.
 *
 * @param name for logs and metrics: the scheduler's features that are used
 * @param devices in the order in which the scheduler tries them
 * @param countersBesideDevices whether the counters are published as Kubernetes 1.33 and 1.34
 *     require it
 */
public record OfferedDevices(
    String name,
    List<CounterSet> counterSets,
    List<Device> devices,
    boolean countersBesideDevices) {

  public OfferedDevices {
    counterSets = List.copyOf(counterSets);
    devices = List.copyOf(devices);
  }

  /** The same devices for Kubernetes 1.33 and 1.34. */
  OfferedDevices withCountersBesideDevices() {
    return new OfferedDevices(name + "-1.34", counterSets, devices, true);
  }
}
