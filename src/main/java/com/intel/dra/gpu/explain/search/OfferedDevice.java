package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.Amount;
import com.intel.dra.gpu.explain.cel.SelectableDevice;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCounterConsumption;
import java.lang.ref.SoftReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A published device. Two of them are equal only if they are the same. */
final class OfferedDevice {

  private final DeviceKey key;
  private final Device device;
  private final List<OfferedTaint> taints;
  private final Map<CounterKey, Amount> counters;
  private SoftReference<@Nullable SelectableDevice> selectable = new SoftReference<>(null);

  /** A counter of a pool. */
  record CounterKey(String counterSet, String counter) {}

  OfferedDevice(PoolKey pool, Device device, List<TaintRule> rules) {
    this.key = new DeviceKey(pool, device.getName());
    this.device = device;
    this.taints =
        Stream.concat(
                device.getTaints().stream().map(taint -> new OfferedTaint(taint, Optional.empty())),
                rules.stream()
                    .filter(rule -> rule.concerns(key))
                    .map(rule -> new OfferedTaint(rule.taint(), Optional.of(rule.name()))))
            .toList();
    this.counters = counters(device);
  }

  private static Map<CounterKey, Amount> counters(Device device) {
    var counters =
        new TreeMap<CounterKey, Amount>(
            java.util.Comparator.comparing(CounterKey::counterSet)
                .thenComparing(CounterKey::counter));
    for (DeviceCounterConsumption consumption : device.getConsumesCounters()) {
      consumption
          .getCounters()
          .forEach(
              (name, counter) ->
                  counters.merge(
                      new CounterKey(consumption.getCounterSet(), name),
                      Amount.of(counter.getValue()),
                      Amount::plus));
    }
    return counters;
  }

  DeviceKey key() {
    return key;
  }

  Device device() {
    return device;
  }

  /** Those of the slice and those of administrators' rules. */
  List<OfferedTaint> taints() {
    return taints;
  }

  /** What the device consumes of its pool's counters. */
  Map<CounterKey, Amount> counters() {
    return counters;
  }

  boolean isShareable() {
    return Boolean.TRUE.equals(device.getAllowMultipleAllocations());
  }

  /** For expressions. Made when it is asked for, and given up when memory becomes scarce. */
  synchronized SelectableDevice selectable() {
    SelectableDevice made = selectable.get();
    if (made == null) {
      made = SelectableDevice.of(key.pool().driver(), device);
      selectable = new SoftReference<>(made);
    }
    return made;
  }

  /** Finds an attribute by its full name; the driver's name is the domain of those without one. */
  Optional<DeviceAttribute> attribute(String fullName) {
    DeviceAttribute exact = device.getAttributes().get(fullName);
    int slash = fullName.indexOf('/');
    if (exact != null || slash < 0 || !fullName.substring(0, slash).equals(key.pool().driver())) {
      return Optional.ofNullable(exact);
    }
    return Optional.ofNullable(device.getAttributes().get(fullName.substring(slash + 1)));
  }
}
