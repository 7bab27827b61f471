package com.intel.dra.kit.slices.pool;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSetBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttributeBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacityBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Devices for tests. */
public final class Pools {

  public static final String DRIVER = "card.example.com";
  public static final String NODE = "node-1";

  private Pools() {}

  public static Device device(String name) {
    return new DeviceBuilder().withName(name).build();
  }

  /** A device that differs from others of the same name by a version. */
  static Device device(String name, long version) {
    return new DeviceBuilder()
        .withName(name)
        .addToAttributes("version", new DeviceAttributeBuilder().withInt(version).build())
        .build();
  }

  public static List<Device> devices(int count) {
    return IntStream.range(0, count).mapToObj(i -> device("card-" + i)).toList();
  }

  public static Device tainted(String name, String key) {
    return new DeviceBuilder()
        .withName(name)
        .addNewTaint()
        .withKey(key)
        .withEffect("NoExecute")
        .endTaint()
        .build();
  }

  /** Half of a card: uses 1 of the 2 units of its counter set. */
  static Device half(String name, String set) {
    return new DeviceBuilder()
        .withName(name)
        .addNewConsumesCounter()
        .withCounterSet(set)
        .withCounters(Map.of("units", counter("1")))
        .endConsumesCounter()
        .build();
  }

  /** A device that several claims share. */
  public static Device shared(String name) {
    return new DeviceBuilder()
        .withName(name)
        .withAllowMultipleAllocations(true)
        .addToCapacity(
            "memory",
            new DeviceCapacityBuilder()
                .withValue(new Quantity("16384Mi"))
                .withNewRequestPolicy()
                .withDefault(new Quantity("4096Mi"))
                .withNewValidRange()
                .withMin(new Quantity("1Gi"))
                .withStep(new Quantity("256Mi"))
                .endValidRange()
                .endRequestPolicy()
                .build())
        .build();
  }

  static CounterSet set(String name) {
    return new CounterSetBuilder()
        .withName(name)
        .withCounters(Map.of("units", counter("2")))
        .build();
  }

  static Counter counter(String value) {
    var counter = new Counter();
    counter.setValue(new Quantity(value));
    return counter;
  }

  /** One card in two halves, which must not both be allocated together with the whole card. */
  public static WantedPool partitioned() {
    return WantedPool.of(
        List.of(set("card-0")), List.of(half("half-a", "card-0"), half("half-b", "card-0")));
  }

  /** The same card as one device. */
  public static WantedPool whole() {
    return WantedPool.of(List.of(device("card-0")));
  }
}
