package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.Amount;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicy;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicyRange;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What a request for capacity costs a device, by the policy of each capacity. */
final class CapacityRules {

  /** The request is one that the scheduler ends its attempt with. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message, null, false, false);
    }
  }

  private static final Amount GREATEST = Amount.of(Long.MAX_VALUE);

  private final boolean fractional;

  CapacityRules(SchedulerFeatures features) {
    this.fractional = features.fractionalCapacityRange();
  }

  /** The first capacity that the request wants and the device does not have. */
  static Optional<String> missing(
      Map<String, Amount> requests, Map<String, DeviceCapacity> capacities) {
    return requests.keySet().stream().filter(name -> !capacities.containsKey(name)).findFirst();
  }

  /**
   * Returns what a device is charged for a request.
   *
   * @throws Refused if that cannot be calculated
   */
  Map<String, Amount> charge(Map<String, Amount> requests, Map<String, DeviceCapacity> capacities)
      throws Refused {
    var charge = new HashMap<String, Amount>();
    for (Map.Entry<String, DeviceCapacity> capacity : capacities.entrySet()) {
      Amount one =
          charge(Optional.ofNullable(requests.get(capacity.getKey())), capacity.getValue());
      if (one.isNegative()) {
        throw new Refused("capacity \"%s\": value is negative".formatted(capacity.getKey()));
      }
      charge.put(capacity.getKey(), one);
    }
    return charge;
  }

  private Amount charge(Optional<Amount> request, DeviceCapacity capacity) throws Refused {
    CapacityRequestPolicy policy = capacity.getRequestPolicy();
    if (request.isEmpty()) {
      return Amount.of(
          policy != null && policy.getDefault() != null
              ? policy.getDefault()
              : capacity.getValue());
    }
    Amount wanted = request.get();
    if (policy == null) {
      return wanted;
    }
    if (policy.getValidRange() != null && policy.getValidRange().getMin() != null) {
      return roundedUp(wanted, policy.getValidRange());
    }
    return policy.getValidValues().stream()
        .map(Amount::of)
        .filter(valid -> wanted.compareTo(valid) <= 0)
        .findFirst()
        .orElse(wanted);
  }

  private Amount roundedUp(Amount wanted, CapacityRequestPolicyRange range) throws Refused {
    Amount min = Amount.of(range.getMin());
    if (wanted.compareTo(min) < 0) {
      return min;
    }
    if (range.getStep() == null) {
      return wanted;
    }
    int scale = scale(range);
    if (scale > 0 && !isMilli(wanted)) {
      throw new Refused("request %s is not a representable milli value".formatted(wanted));
    }
    if (wanted.compareTo(GREATEST) > 0) {
      throw new Refused("request %s exceeds the greatest number".formatted(wanted));
    }
    BigDecimal from = atScale(min, scale);
    BigDecimal step = atScale(Amount.of(range.getStep()), scale);
    if (step.signum() <= 0) {
      throw new Refused("a capacity is published with a step of %s".formatted(range.getStep()));
    }
    BigDecimal steps = atScale(wanted, scale).subtract(from).divide(step, 0, RoundingMode.CEILING);
    BigDecimal rounded = from.add(step.multiply(steps));
    if (rounded.movePointRight(scale).compareTo(GREATEST.number()) > 0) {
      throw new Refused(
          "rounding request %s up to the next step passes the greatest number".formatted(wanted));
    }
    return new Amount(rounded);
  }

  private int scale(CapacityRequestPolicyRange range) {
    boolean milli =
        fractional
            && Stream.of(range.getMin(), range.getMax(), range.getStep())
                .filter(Objects::nonNull)
                .map(Amount::of)
                .allMatch(CapacityRules::isMilli)
            && (range.getStep() == null || Amount.of(range.getStep()).number().signum() > 0);
    return milli ? 3 : 0;
  }

  private static boolean isMilli(Amount amount) {
    return amount.number().scale() <= 3
        && amount.number().movePointRight(3).abs().compareTo(GREATEST.number()) <= 0;
  }

  private static BigDecimal atScale(Amount amount, int scale) {
    return amount.number().setScale(scale, RoundingMode.UP);
  }

  /** Whether a charge is one that the policy does not allow. */
  boolean isForbidden(Amount charge, DeviceCapacity capacity) {
    CapacityRequestPolicy policy = capacity.getRequestPolicy();
    if (policy == null
        || (policy.getDefault() != null && Amount.of(policy.getDefault()).equals(charge))) {
      return false;
    }
    CapacityRequestPolicyRange range = policy.getValidRange();
    if (range != null) {
      return isForbidden(charge, range);
    }
    return !policy.getValidValues().isEmpty()
        && policy.getValidValues().stream().map(Amount::of).noneMatch(charge::equals);
  }

  private boolean isForbidden(Amount charge, CapacityRequestPolicyRange range) {
    if (range.getMax() != null && charge.compareTo(Amount.of(range.getMax())) > 0) {
      return true;
    }
    if (range.getStep() == null) {
      return false;
    }
    int scale = scale(range);
    if (scale > 0 && !isMilli(charge)) {
      return true;
    }
    BigDecimal step = atScale(Amount.of(range.getStep()), scale);
    Quantity min = range.getMin();
    BigDecimal from = min == null ? BigDecimal.ZERO : atScale(Amount.of(min), scale);
    return step.signum() > 0 && atScale(charge, scale).subtract(from).remainder(step).signum() != 0;
  }
}
