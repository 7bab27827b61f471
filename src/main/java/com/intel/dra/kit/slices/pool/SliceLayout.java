package com.intel.dra.kit.slices.pool;

import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import java.util.ArrayList;
import java.util.List;

/**
 * A pool divided into slices as Kubernetes 1.35 and later require it: counter sets in separate
 * slices, before the devices; one empty slice for a pool without devices. A slice's place in the
 * list is its index, and determines the scheduler's order.
 */
public record SliceLayout(String poolName, List<Content> slices) {

  static final int DEVICES = 128;
  static final int DEVICES_WITH_COUNTERS_OR_TAINTS = 64;
  static final int COUNTER_SETS = 8;

  /** The content of one slice: counter sets or devices, never both. */
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
