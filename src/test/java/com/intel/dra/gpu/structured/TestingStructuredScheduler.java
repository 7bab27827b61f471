package com.intel.dra.gpu.structured;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicy;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The rules by which Kubernetes' scheduler allocates the devices of a pool (structured allocator of
 * 1.36 and later), as far as this driver uses them.
 */
final class TestingStructuredScheduler {

  /** An allocated device, or an allocated share of one. */
  record Given(Device device, Map<String, BigDecimal> consumed) {}

  private final List<CounterSet> counterSets;
  private final List<Device> devices;
  private final List<Given> given = new ArrayList<>();

  private TestingStructuredScheduler(List<CounterSet> counterSets, List<Device> devices) {
    this.counterSets = counterSets;
    this.devices = devices;
  }

  /**
   * A scheduler on a cluster with these feature gates, where the API server drops the fields of all
   * others.
   *
   * @return empty if the pool must not be published there, because it would lose fields that limit
   *     its use
   */
  static Optional<TestingStructuredScheduler> of(
      OfferedDevices pool, boolean partitionable, boolean consumable) {
    if (!partitionable && !pool.counterSets().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new TestingStructuredScheduler(
            pool.counterSets(),
            pool.devices().stream()
                .map(device -> consumable ? device : withoutSharing(device))
                .toList()));
  }

  private static Device withoutSharing(Device device) {
    Device stored = new DeviceBuilder(device).withAllowMultipleAllocations(null).build();
    if (stored.getCapacity() != null) {
      stored.getCapacity().values().forEach(capacity -> capacity.setRequestPolicy(null));
    }
    return stored;
  }

  /** The same claims with what is published now; the charges of each claim remain. */
  TestingStructuredScheduler republished(TestingStructuredScheduler now) {
    given.forEach(
        claim ->
            now.devices.stream()
                .filter(device -> isSame(device, claim.device()))
                .findFirst()
                .ifPresent(device -> now.given.add(new Given(device, claim.consumed()))));
    return now;
  }

  /**
   * Allocates the first device that fits.
   *
   * @param memoryMiB the requested memory; empty for none
   */
  Optional<Given> allocate(Predicate<Device> selector, Optional<Integer> memoryMiB) {
    return allocate(selector, memoryMiB, Optional.empty());
  }

  /**
   * Allocates the first device that fits.
   *
   * @param memoryMiB the requested memory; empty for none
   * @param shares the requested shares; empty for none
   */
  Optional<Given> allocate(
      Predicate<Device> selector, Optional<Integer> memoryMiB, Optional<Integer> shares) {
    var asked = new HashMap<String, BigDecimal>();
    memoryMiB.ifPresent(mib -> asked.put("memory", amount(new Quantity(mib + "Mi"))));
    shares.ifPresent(count -> asked.put("shares", BigDecimal.valueOf(count)));
    for (Device device : devices) {
      if (selector.test(device) && device.getTaints().isEmpty()) { // no claim tolerates any
        Optional<Given> fits = tryOne(device, asked);
        if (fits.isPresent()) {
          given.add(fits.get());
          return fits;
        }
      }
    }
    return Optional.empty();
  }

  void release(Given claim) {
    given.remove(claim);
  }

  List<Given> given() {
    return List.copyOf(given);
  }

  private Optional<Given> tryOne(Device device, Map<String, BigDecimal> requests) {
    boolean shared = Boolean.TRUE.equals(device.getAllowMultipleAllocations());
    // shares are counted separately: the scheduler considers a device that is no longer shared as
    // free
    boolean first =
        given.stream()
            .noneMatch(
                other -> isSame(other.device(), device) && (shared || other.consumed().isEmpty()));
    if (!shared && !first) {
      return Optional.empty();
    }
    if (first && !countersAllow(device)) {
      return Optional.empty();
    }
    if (!capacities(device).keySet().containsAll(requests.keySet())) {
      return Optional.empty();
    }
    var consumed = new HashMap<String, BigDecimal>();
    for (var capacity : capacities(device).entrySet()) {
      Optional<BigDecimal> asked = Optional.ofNullable(requests.get(capacity.getKey()));
      BigDecimal whole = amount(capacity.getValue().getValue());
      if (!shared) {
        if (asked.filter(ask -> ask.compareTo(whole) > 0).isPresent()) {
          return Optional.empty();
        }
        continue;
      }
      Optional<BigDecimal> charge = charge(capacity.getValue(), asked);
      if (charge.isEmpty()) {
        return Optional.empty();
      }
      BigDecimal used =
          given.stream()
              .filter(other -> isSame(other.device(), device))
              .map(other -> other.consumed().getOrDefault(capacity.getKey(), BigDecimal.ZERO))
              .reduce(BigDecimal.ZERO, BigDecimal::add);
      if (used.add(charge.get()).compareTo(whole) > 0) {
        return Optional.empty();
      }
      consumed.put(capacity.getKey(), charge.get());
    }
    return Optional.of(new Given(device, consumed));
  }

  private boolean countersAllow(Device device) {
    return Stream.ofNullable(device.getConsumesCounters())
        .flatMap(List::stream)
        .allMatch(
            charge ->
                charge.getCounters().entrySet().stream()
                    .allMatch(
                        counter ->
                            used(charge.getCounterSet(), counter.getKey())
                                    .add(amount(counter.getValue().getValue()))
                                    .compareTo(total(charge.getCounterSet(), counter.getKey()))
                                <= 0));
  }

  private BigDecimal total(String set, String counter) {
    return counterSets.stream()
        .filter(candidate -> candidate.getName().equals(set))
        .map(
            candidate ->
                amount(Objects.requireNonNull(candidate.getCounters().get(counter)).getValue()))
        .findFirst()
        .orElseThrow();
  }

  /** A shared device is charged once. */
  private BigDecimal used(String set, String counter) {
    return given.stream()
        .map(Given::device)
        .distinct()
        .flatMap(device -> Stream.ofNullable(device.getConsumesCounters()).flatMap(List::stream))
        .filter(charge -> charge.getCounterSet().equals(set))
        .map(charge -> charge.getCounters().get(counter))
        .map(Counter::getValue)
        .map(TestingStructuredScheduler::amount)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static Optional<BigDecimal> charge(DeviceCapacity capacity, Optional<BigDecimal> asked) {
    CapacityRequestPolicy policy = capacity.getRequestPolicy();
    if (policy == null) {
      return Optional.of(asked.orElse(amount(capacity.getValue())));
    }
    if (asked.isEmpty()) {
      return Optional.of(amount(policy.getDefault()));
    }
    BigDecimal min = amount(policy.getValidRange().getMin());
    BigDecimal charge = asked.get();
    if (charge.compareTo(min) <= 0) {
      charge = min;
    } else if (policy.getValidRange().getStep() != null) {
      BigDecimal step = amount(policy.getValidRange().getStep());
      BigDecimal steps = charge.subtract(min).divide(step, 0, RoundingMode.CEILING);
      charge = min.add(steps.multiply(step));
    }
    Quantity max = policy.getValidRange().getMax();
    return max != null && charge.compareTo(amount(max)) > 0
        ? Optional.empty()
        : Optional.of(charge);
  }

  private static Map<String, DeviceCapacity> capacities(Device device) {
    return device.getCapacity() == null ? Map.of() : device.getCapacity();
  }

  private static boolean isSame(Device one, Device other) {
    return one.getName().equals(other.getName());
  }

  static BigDecimal amount(Quantity quantity) {
    return Quantity.getAmountInBytes(quantity);
  }
}
