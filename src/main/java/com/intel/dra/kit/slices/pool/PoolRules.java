package com.intel.dra.kit.slices.pool;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicy;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicyRange;
import io.fabric8.kubernetes.api.model.resource.v1.Counter;
import io.fabric8.kubernetes.api.model.resource.v1.CounterSet;
import io.fabric8.kubernetes.api.model.resource.v1.Device;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceAttribute;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCounterConsumption;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceTaint;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rules that the API server checks in each slice and that consumers check in the whole pool.
 * They are checked before anything is sent, because a pool that is refused halfway is useless.
 */
final class PoolRules {

  static final int ATTRIBUTES_AND_CAPACITIES = 32;
  static final int STRING = 64;
  static final int TAINTS = 16;
  static final int CONDITIONS = 4;
  static final int CONSUMED_SETS = 2;
  static final int COUNTERS = 32;
  static final int VALID_VALUES = 10;

  private static final Set<String> EFFECTS = Set.of("None", "NoSchedule", "NoExecute");

  private final Map<String, Set<String>> countersOfSets = new HashMap<>();

  private PoolRules() {}

  /**
   * @throws InvalidPoolException for the first broken rule
   */
  static void check(String poolName, WantedPool pool) {
    if (!ApiNames.isPool(poolName)) {
      throw new InvalidPoolException(
          "pool " + poolName,
          "name",
          "must be DNS subdomains with slashes between, at most 253 characters");
    }
    var rules = new PoolRules();
    pool.counterSets().forEach(rules::checkSet);
    var names = new HashSet<String>();
    for (Device device : pool.devices()) {
      String name = Objects.requireNonNullElse(device.getName(), "");
      var at = new Place("device " + name);
      at.require(ApiNames.isLabel(name), "name", "must be a DNS label");
      at.require(names.add(name), "name", "is also the name of another device");
      rules.checkDevice(at, device);
      at.require(
          !pool.countersBesideDevices()
              || NullAsEmpty.orEmpty(device.getConsumesCounters()).size() <= 1,
          "consumesCounters",
          "has several counter sets, which may be in different slices");
    }
  }

  private void checkSet(CounterSet set) {
    String name = Objects.requireNonNullElse(set.getName(), "");
    var at = new Place("counter set " + name);
    at.require(ApiNames.isLabel(name), "name", "must be a DNS label");
    checkCounters(at, "counters", set.getCounters());
    at.require(
        countersOfSets.put(name, set.getCounters().keySet()) == null,
        "name",
        "is also the name of another counter set");
  }

  private static void checkCounters(Place at, String field, Map<String, Counter> counters) {
    at.require(!NullAsEmpty.orEmpty(counters).isEmpty(), field, "must not be empty");
    at.atMost(COUNTERS, counters.keySet(), field);
    counters.forEach(
        (name, counter) -> {
          String path = field + "[" + name + "]";
          at.require(ApiNames.isLabel(name), path, "must have a DNS label as its name");
          at.require(counter != null && counter.getValue() != null, path, "must have a value");
        });
  }

  private void checkDevice(Place at, Device device) {
    at.require(
        device.getNodeName() == null
            && device.getNodeSelector() == null
            && device.getAllNodes() == null,
        "nodeName, nodeSelector, allNodes",
        "must not be set: all devices are the node's");
    Map<String, DeviceAttribute> attributes = NullAsEmpty.orEmpty(device.getAttributes());
    Map<String, DeviceCapacity> capacity = NullAsEmpty.orEmpty(device.getCapacity());
    at.require(
        attributes.size() + capacity.size() <= ATTRIBUTES_AND_CAPACITIES,
        "attributes, capacity",
        "have %d entries together, at most %d are allowed"
            .formatted(attributes.size() + capacity.size(), ATTRIBUTES_AND_CAPACITIES));
    attributes.forEach((name, attribute) -> checkAttribute(at, name, attribute));
    boolean shared = Boolean.TRUE.equals(device.getAllowMultipleAllocations());
    capacity.forEach((name, amount) -> checkCapacity(at, name, amount, shared));
    checkConsumed(at, NullAsEmpty.orEmpty(device.getConsumesCounters()));
    checkTaints(at, NullAsEmpty.orEmpty(device.getTaints()));
    checkConditions(at, device);
  }

  private static void checkAttribute(Place at, String name, @Nullable DeviceAttribute attribute) {
    String path = "attributes[" + name + "]";
    at.require(
        ApiNames.isQualified(name), path, "must have a C identifier of at most 32 characters");
    at.require(attribute != null, path, "must have a value");
    Objects.requireNonNull(attribute);
    long values =
        Stream.of(
                    attribute.getBool(),
                    attribute.getInt(),
                    attribute.getString(),
                    attribute.getVersion())
                .filter(Objects::nonNull)
                .count()
            // list values of newer servers
            + attribute.getAdditionalProperties().size();
    at.require(values == 1, path, "must have exactly one value, has " + values);
    checkString(at, path + ".string", attribute.getString());
    checkString(at, path + ".version", attribute.getVersion());
  }

  private static void checkString(Place at, String path, @Nullable String value) {
    at.require(
        value == null || value.length() <= STRING,
        path,
        "has more than the %d characters that are allowed".formatted(STRING));
  }

  private static void checkCapacity(
      Place at, String name, @Nullable DeviceCapacity capacity, boolean shared) {
    String path = "capacity[" + name + "]";
    at.require(
        ApiNames.isQualified(name), path, "must have a C identifier of at most 32 characters");
    at.require(capacity != null && capacity.getValue() != null, path, "must have a value");
    Objects.requireNonNull(capacity);
    CapacityRequestPolicy policy = capacity.getRequestPolicy();
    if (policy == null) {
      return;
    }
    path += ".requestPolicy";
    at.require(shared, path, "needs allowMultipleAllocations");
    List<Quantity> values = NullAsEmpty.orEmpty(policy.getValidValues());
    CapacityRequestPolicyRange range = policy.getValidRange();
    Quantity standard = policy.getDefault();
    at.require(values.isEmpty() || range == null, path, "has both validValues and validRange");
    at.require(
        standard != null || (values.isEmpty() && range == null),
        path + ".default",
        "is needed with validValues or validRange");
    if (!values.isEmpty()) {
      checkValues(at, path, values, amount(standard));
    }
    if (range != null) {
      checkRange(at, path + ".validRange", range, amount(standard), amount(capacity.getValue()));
    }
  }

  private static void checkValues(
      Place at, String path, List<Quantity> values, BigDecimal standard) {
    at.atMost(VALID_VALUES, values, path + ".validValues");
    List<BigDecimal> amounts = values.stream().map(PoolRules::amount).toList();
    for (int i = 1; i < amounts.size(); i++) {
      at.require(
          amounts.get(i - 1).compareTo(amounts.get(i)) < 0,
          path + ".validValues",
          "must ascend, without doubles");
    }
    at.require(
        amounts.stream().anyMatch(amount -> amount.compareTo(standard) == 0),
        path + ".default",
        "must be one of validValues");
  }

  private static void checkRange(
      Place at,
      String path,
      CapacityRequestPolicyRange range,
      BigDecimal standard,
      BigDecimal capacity) {
    at.require(range.getMin() != null, path + ".min", "is needed");
    BigDecimal min = amount(range.getMin());
    at.require(
        range.getStep() == null || min.add(amount(range.getStep())).compareTo(capacity) <= 0,
        path + ".step",
        "leads from min beyond the capacity");
    at.require(standard.compareTo(min) >= 0, path, "does not contain the default");
    if (range.getMax() != null) {
      BigDecimal max = amount(range.getMax());
      at.require(min.compareTo(max) <= 0, path, "has a min above its max");
      at.require(standard.compareTo(max) <= 0, path, "does not contain the default");
      checkStep(at, path, range, max.subtract(min), "max");
    }
    checkStep(at, path, range, standard.subtract(min), "default");
  }

  private static void checkStep(
      Place at, String path, CapacityRequestPolicyRange range, BigDecimal distance, String what) {
    if (range.getStep() == null) {
      return;
    }
    BigDecimal step = amount(range.getStep());
    at.require(step.signum() > 0, path + ".step", "must be above 0");
    at.require(
        distance.remainder(step).signum() == 0,
        path + ".step",
        "does not divide the distance from min to " + what);
  }

  private static BigDecimal amount(@Nullable Quantity quantity) {
    return quantity == null ? BigDecimal.ZERO : Quantity.getAmountInBytes(quantity);
  }

  private void checkConsumed(Place at, List<DeviceCounterConsumption> consumed) {
    at.atMost(CONSUMED_SETS, consumed, "consumesCounters");
    var sets = new HashSet<String>();
    for (DeviceCounterConsumption consumption : consumed) {
      String set = Objects.requireNonNullElse(consumption.getCounterSet(), "");
      String path = "consumesCounters[" + set + "]";
      at.require(sets.add(set), path, "is there twice");
      Set<String> counters = countersOfSets.get(set);
      at.require(counters != null, path, "is of a counter set that the pool does not have");
      Objects.requireNonNull(counters);
      checkCounters(at, path + ".counters", consumption.getCounters());
      for (String counter : consumption.getCounters().keySet()) {
        at.require(
            counters.contains(counter),
            path + ".counters[" + counter + "]",
            "is not in the counter set");
      }
    }
  }

  private static void checkTaints(Place at, List<DeviceTaint> taints) {
    at.atMost(TAINTS, taints, "taints");
    for (DeviceTaint taint : taints) {
      String key = Objects.requireNonNullElse(taint.getKey(), "");
      String path = "taints[" + key + "]";
      at.require(ApiNames.isLabelKey(key), path + ".key", "must be a valid label key");
      at.require(
          taint.getValue() == null || ApiNames.isLabelValue(taint.getValue()),
          path + ".value",
          "must be a valid label value");
      at.require(
          taint.getEffect() != null && EFFECTS.contains(taint.getEffect()),
          path + ".effect",
          "must be one of " + EFFECTS.stream().sorted().toList());
      at.require(
          taint.getTimeAdded() == null || ApiTimes.isTime(taint.getTimeAdded()),
          path + ".timeAdded",
          "must be an RFC 3339 time");
    }
  }

  private static void checkConditions(Place at, Device device) {
    List<String> good = NullAsEmpty.orEmpty(device.getBindingConditions());
    List<String> bad = NullAsEmpty.orEmpty(device.getBindingFailureConditions());
    at.atMost(CONDITIONS, good, "bindingConditions");
    at.atMost(CONDITIONS, bad, "bindingFailureConditions");
    at.require(
        good.isEmpty() == bad.isEmpty(),
        "bindingConditions, bindingFailureConditions",
        "must both be set or both be absent");
    var all = new HashSet<String>();
    Stream.concat(good.stream(), bad.stream())
        .forEach(
            condition -> {
              String path = "bindingConditions[" + condition + "]";
              at.require(ApiNames.isLabelKey(condition), path, "must be a valid label key");
              at.require(all.add(condition), path, "is there twice");
            });
  }

  /** The object that a broken rule is reported for. */
  private record Place(String object) {

    void require(boolean holds, String field, String problem) {
      if (!holds) {
        throw new InvalidPoolException(object, field, problem);
      }
    }

    void atMost(int limit, Collection<?> entries, String field) {
      require(
          entries.size() <= limit,
          field,
          "has %d entries, at most %d are allowed".formatted(entries.size(), limit));
    }
  }
}
