package com.intel.dra.kit.slices.pool;

import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Optional;

/**
 * All devices of a node as the scheduler should see them. The lists are copied, so later changes to
 * them have no effect. Their elements must not be changed.
 *
 * <p>A taint without {@code timeAdded} keeps the time of the same taint on the same device if there
 * was one; a new taint gets the API server's time.
 *
 * @param name the pool's name; empty for the node's name
 * @param counterSets the resources that the devices share
 * @param devices in the order in which the scheduler should try them
 * @param countersBesideDevices whether counter sets are in the slice of the devices that use them,
 *     as Kubernetes 1.33 and 1.34 require it; later releases require slices of their own
 */
public record WantedPool(
    Optional<String> name,
    List<CounterSet> counterSets,
    List<Device> devices,
    boolean countersBesideDevices) {

  public WantedPool {
    counterSets = counterSets.stream().map(Serialization::clone).toList();
    devices = devices.stream().map(Serialization::clone).toList();
  }

  /** Devices that share nothing, in a pool with the node's name. */
  public static WantedPool of(List<Device> devices) {
    return new WantedPool(Optional.empty(), List.of(), devices, false);
  }

  /** Devices that share counters, in a pool with the node's name. */
  public static WantedPool of(List<CounterSet> counterSets, List<Device> devices) {
    return new WantedPool(Optional.empty(), counterSets, devices, false);
  }

  /** The same devices in a pool of another name. */
  public WantedPool named(String name) {
    return new WantedPool(Optional.of(name), counterSets, devices, countersBesideDevices);
  }

  /** The same devices, with their counters as Kubernetes 1.33 and 1.34 require it. */
  public WantedPool withCountersBesideDevices() {
    return new WantedPool(name, counterSets, devices, true);
  }
}
