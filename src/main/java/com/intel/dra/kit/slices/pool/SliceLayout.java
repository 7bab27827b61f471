package com.intel.dra.kit.slices.pool;

import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCounterConsumption;
import java.util.ArrayList;
import java.util.List;

/**
 * A pool divided into slices: counter sets in separate slices, before the devices, as Kubernetes
 * 1.35 and later require it, or beside the devices that use them, as 1.33 and 1.34 do; one empty
 * slice for a pool without devices. A slice's place in the list is its index, and determines the
 * scheduler's order.
 */
public record SliceLayout(String poolName, List<Content> slices) {

  static final int DEVICES = 128;
  static final int DEVICES_WITH_COUNTERS_OR_TAINTS = 64;
  static final int COUNTER_SETS = 8;

  /** The counters of all sets of a slice that has devices, too. */
  static final int COUNTERS_BESIDE_DEVICES = 32;

  /** The content of one slice. */
  public record Content(List<CounterSet> counterSets, List<Device> devices) {
    public Content {
      counterSets = List.copyOf(counterSets);
      devices = List.copyOf(devices);
    }
  }

  public SliceLayout {
    slices = List.copyOf(slices);
  }

  /**
   * @throws InvalidPoolException if the API server would refuse the pool
   */
  public static SliceLayout of(String nodeName, WantedPool pool) {
    String poolName = pool.name().orElse(nodeName);
    PoolRules.check(poolName, pool);
    if (pool.countersBesideDevices() && !pool.counterSets().isEmpty()) {
      return new SliceLayout(poolName, countersBesideDevices(pool));
    }
    var slices = new ArrayList<Content>();
    for (List<CounterSet> sets : parts(pool.counterSets(), COUNTER_SETS)) {
      slices.add(new Content(sets, List.of()));
    }
    // decided for the pool, not for each slice: a second taint must not move devices to other
    // slices
    boolean small = pool.devices().stream().anyMatch(SliceLayout::needsSmallSlice);
    for (List<Device> devices :
        parts(pool.devices(), small ? DEVICES_WITH_COUNTERS_OR_TAINTS : DEVICES)) {
      slices.add(new Content(List.of(), devices));
    }
    return slices.isEmpty() ? empty(poolName) : new SliceLayout(poolName, slices);
  }

  /**
   * One slice in the wanted order if everything fits; otherwise each has some counter sets with
   * their devices, and the last ones have the devices without counters.
   */
  private static List<Content> countersBesideDevices(WantedPool pool) {
    if (countersOf(pool.counterSets()) <= COUNTERS_BESIDE_DEVICES
        && pool.devices().size() <= DEVICES) {
      return List.of(new Content(pool.counterSets(), pool.devices()));
    }
    var slices = new ArrayList<Content>();
    var sets = new ArrayList<CounterSet>();
    for (CounterSet set : pool.counterSets()) {
      sets.add(set);
      boolean fits =
          countersOf(sets) <= COUNTERS_BESIDE_DEVICES && usersOf(sets, pool).size() <= DEVICES;
      if (!fits && sets.size() > 1) {
        sets.removeLast();
        slices.add(new Content(sets, usersOf(sets, pool)));
        sets.clear();
        sets.add(set);
      }
    }
    slices.add(new Content(sets, usersOf(sets, pool)));
    List<Device> others =
        pool.devices().stream().filter(device -> setsOf(device).isEmpty()).toList();
    parts(others, DEVICES).forEach(devices -> slices.add(new Content(List.of(), devices)));
    return slices;
  }

  private static int countersOf(List<CounterSet> sets) {
    return sets.stream().mapToInt(set -> set.getCounters().size()).sum();
  }

  private static List<Device> usersOf(List<CounterSet> sets, WantedPool pool) {
    List<String> names = sets.stream().map(CounterSet::getName).toList();
    return pool.devices().stream()
        .filter(device -> setsOf(device).stream().anyMatch(names::contains))
        .toList();
  }

  private static List<String> setsOf(Device device) {
    return NullAsEmpty.orEmpty(device.getConsumesCounters()).stream()
        .map(DeviceCounterConsumption::getCounterSet)
        .toList();
  }

  /** The pool without devices. */
  public static SliceLayout empty(String poolName) {
    return new SliceLayout(poolName, List.of(new Content(List.of(), List.of())));
  }

  public int deviceCount() {
    return slices.stream().mapToInt(slice -> slice.devices().size()).sum();
  }

  private static boolean needsSmallSlice(Device device) {
    return !NullAsEmpty.orEmpty(device.getTaints()).isEmpty()
        || !NullAsEmpty.orEmpty(device.getConsumesCounters()).isEmpty()
        || NullAsEmpty.orEmpty(device.getAttributes()).values().stream()
            .anyMatch(SliceLayout::isList);
  }

  /** Lists of values were added in 1.36; the model does not know their fields. */
  private static boolean isList(DeviceAttribute attribute) {
    return !attribute.getAdditionalProperties().isEmpty();
  }

  private static <T> List<List<T>> parts(List<T> all, int size) {
    var parts = new ArrayList<List<T>>();
    for (int from = 0; from < all.size(); from += size) {
      parts.add(all.subList(from, Math.min(from + size, all.size())));
    }
    return parts;
  }
}
