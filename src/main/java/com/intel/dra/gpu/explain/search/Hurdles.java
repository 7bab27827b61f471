package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.Amount;
import com.intel.dra.gpu.explain.search.OfferedDevice.CounterKey;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicy;
import io.fabric8.kubernetes.api.model.resource.v1.CapacityRequestPolicyRange;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceCapacity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Finds for each device of a node what keeps a wish from it, as if it were the only wish. */
public final class Hurdles {

  private static final int MAX_VALUES = 4;

  private final Node node;
  private final List<NodePool> pools;
  private final HeldDevices held;
  private final Selection selection;
  private final SchedulerFeatures features;
  private final CapacityRules capacityRules;
  private final Map<PoolKey, CounterState> counters = new HashMap<>();
  private final Map<PoolKey, Map<CounterKey, List<ClaimKey>>> holders = new HashMap<>();

  public Hurdles(SearchedNode on) {
    this.node = on.node();
    this.pools = on.pools();
    this.held = on.held();
    this.selection = on.selection();
    this.features = on.features();
    this.capacityRules = new CapacityRules(features);
  }

  /** Returns one hurdle for each device, or nothing if that is too much work. */
  public Optional<List<Hurdle>> of(Wish wish, Budget budget) {
    var hurdles = new ArrayList<Hurdle>();
    try {
      for (NodePool pool : pools) {
        if (pool instanceof NodePool.Complete complete) {
          for (OfferedSlice slice : complete.here()) {
            for (OfferedDevice device : slice.devices()) {
              if (slice.isFor(node, device)) {
                hurdles.add(of(wish, complete, device, budget));
              }
            }
          }
        }
      }
      return Optional.of(hurdles);
    } catch (Selection.Failed
        | Selection.Unknown
        | CapacityRules.Refused
        | Budget.UsedUp notKnown) {
      return Optional.empty();
    }
  }

  private Hurdle of(Wish wish, NodePool.Complete pool, OfferedDevice device, Budget budget)
      throws Selection.Failed, Selection.Unknown, CapacityRules.Refused, Budget.UsedUp {
    budget.spend(1);
    DeviceKey key = device.key();
    switch (selection.verdict(wish, device, budget)) {
      case Selection.Verdict.NotOfClass(var why) -> {
        return new Hurdle.NotOfClass(key, why.part(), why.because());
      }
      case Selection.Verdict.NotOfClaim(var why) -> {
        return new Hurdle.NotSelected(key, why.part(), why.because());
      }
      case Selection.Verdict.Selected ignored -> {}
    }
    Optional<Hurdle> tooSmall = tooSmall(wish, device);
    if (tooSmall.isPresent()) {
      return tooSmall.get();
    }
    Optional<OfferedTaint> taint =
        features.deviceTaints() ? Tolerance.untolerated(device, wish) : Optional.empty();
    if (taint.isPresent()) {
      return new Hurdle.Tainted(key, taint.get().text());
    }
    Optional<ClaimKey> holder = held.holder(key);
    if (holder.isPresent() && !wish.adminAccess()) {
      return new Hurdle.Held(key, holder.get());
    }
    return counterShort(pool, device)
        .or(() -> capacityShort(wish, device))
        .orElseGet(() -> new Hurdle.None(key));
  }

  private Optional<Hurdle> tooSmall(Wish wish, OfferedDevice device) throws CapacityRules.Refused {
    Map<String, DeviceCapacity> capacities = device.device().getCapacity();
    Optional<String> missing =
        features.consumableCapacity()
            ? CapacityRules.missing(wish.capacities(), capacities)
            : Optional.empty();
    if (missing.isPresent()) {
      return Optional.of(
          new Hurdle.TooSmall(
              device.key(),
              missing.get(),
              String.valueOf(wish.capacities().get(missing.get())),
              Optional.empty()));
    }
    if (!features.consumableCapacity()) {
      return Optional.empty();
    }
    for (Map.Entry<String, Amount> charge :
        capacityRules.charge(wish.capacities(), capacities).entrySet()) {
      DeviceCapacity capacity = Objects.requireNonNull(capacities.get(charge.getKey()));
      if (capacityRules.isForbidden(charge.getValue(), capacity)
          || charge.getValue().compareTo(Amount.of(capacity.getValue())) > 0) {
        return Optional.of(
            new Hurdle.TooSmall(
                device.key(),
                charge.getKey(),
                charge.getValue().toString(),
                Optional.of(most(capacity).toString())));
      }
    }
    return Optional.empty();
  }

  private static Amount most(DeviceCapacity capacity) {
    Amount value = Amount.of(capacity.getValue());
    return Optional.ofNullable(capacity.getRequestPolicy())
        .flatMap(Hurdles::mostOfPolicy)
        .filter(max -> max.compareTo(value) < 0)
        .orElse(value);
  }

  private static Optional<Amount> mostOfPolicy(CapacityRequestPolicy policy) {
    return Optional.ofNullable(policy.getValidRange())
        .map(CapacityRequestPolicyRange::getMax)
        .map(Amount::of)
        .or(() -> policy.getValidValues().stream().map(Amount::of).max(Amount::compareTo));
  }

  /**
   * Says what a constraint finds: the attribute's values of the first devices that a wish could
   * have; nothing if that is too much work.
   */
  public Optional<String> values(Wish wish, String attribute, Budget budget) {
    var values = new ArrayList<String>();
    int devices = 0;
    try {
      for (NodePool pool : pools) {
        if (pool instanceof NodePool.Complete complete) {
          for (OfferedSlice slice : complete.here()) {
            for (OfferedDevice device : slice.devices()) {
              if (slice.isFor(node, device)
                  && of(wish, complete, device, budget) instanceof Hurdle.None
                  && ++devices <= MAX_VALUES) {
                values.add(value(device, attribute));
              }
            }
          }
        }
      }
    } catch (Selection.Failed
        | Selection.Unknown
        | CapacityRules.Refused
        | Budget.UsedUp notKnown) {
      return Optional.empty();
    }
    return Optional.of(
            String.join(", ", values)
                + (devices > MAX_VALUES ? " and %d more".formatted(devices - MAX_VALUES) : ""))
        .filter(text -> !text.isEmpty());
  }

  private static String value(OfferedDevice device, String attribute) {
    return device
        .attribute(attribute)
        .flatMap(ConstraintState::shown)
        .map(value -> "%s has %s".formatted(device.key().device(), value))
        .orElseGet(() -> device.key().device() + " does not have it");
  }

  private Optional<Hurdle> counterShort(NodePool.Complete pool, OfferedDevice device) {
    boolean chargedAlready =
        features.consumableCapacity()
            && device.isShareable()
            && !held.shares(device.key()).isEmpty();
    if (chargedAlready || device.counters().isEmpty()) {
      return Optional.empty();
    }
    CounterState state =
        counters.computeIfAbsent(pool.key(), unused -> new CounterState(pool, held));
    return state
        .firstShort(device)
        .or(state::overdrawn)
        .map(
            counter ->
                new Hurdle.CounterShort(
                    device.key(),
                    counter.counterSet(),
                    counter.counter(),
                    device.counters().getOrDefault(counter, Amount.ZERO).toString(),
                    state.leftOf(counter).toString(),
                    holders(pool, counter)));
  }

  private List<ClaimKey> holders(NodePool.Complete pool, CounterKey counter) {
    return holders
        .computeIfAbsent(pool.key(), _ -> new HashMap<>())
        .computeIfAbsent(counter, _ -> findHolders(pool, counter));
  }

  private List<ClaimKey> findHolders(NodePool.Complete pool, CounterKey counter) {
    return pool.allDevices()
        .filter(device -> device.counters().containsKey(counter))
        .flatMap(device -> held.holders(device.key()).stream())
        .distinct()
        .toList();
  }

  private Optional<Hurdle> capacityShort(Wish wish, OfferedDevice device) {
    if (!features.consumableCapacity()) {
      return Optional.empty();
    }
    Map<String, DeviceCapacity> capacities = device.device().getCapacity();
    Map<String, Amount> consumed = held.consumed(device.key());
    Map<String, Amount> charge;
    try {
      charge = capacityRules.charge(wish.capacities(), capacities);
    } catch (CapacityRules.Refused refused) {
      return Optional.empty();
    }
    for (Map.Entry<String, Amount> one : charge.entrySet()) {
      Amount all = Amount.of(Objects.requireNonNull(capacities.get(one.getKey())).getValue());
      Amount left = all.minus(consumed.getOrDefault(one.getKey(), Amount.ZERO));
      if (one.getValue().compareTo(left) > 0) {
        return Optional.of(
            new Hurdle.CapacityShort(
                device.key(),
                one.getKey(),
                one.getValue().toString(),
                left.toString(),
                all.toString(),
                held.holders(device.key()).stream().distinct().toList()));
      }
    }
    return Optional.empty();
  }
}
