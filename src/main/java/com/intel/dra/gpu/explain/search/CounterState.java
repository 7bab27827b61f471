package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.Amount;
import com.intel.dra.gpu.explain.search.OfferedDevice.CounterKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What is left of a pool's counters: after all claims, and after the devices chosen so far. */
final class CounterState {

  private final Map<CounterKey, Amount> left;
  private final boolean overdrawn;
  private final Map<CounterKey, Amount> chosen = new HashMap<>();

  CounterState(NodePool.Complete pool, HeldDevices held) {
    var remaining = new HashMap<>(pool.counters());
    pool.allDevices()
        .filter(device -> held.isUsed(device.key()))
        .forEach(
            device ->
                device
                    .counters()
                    .forEach(
                        (counter, amount) ->
                            remaining.computeIfPresent(
                                counter, (unused, before) -> before.minus(amount))));
    this.left = Map.copyOf(remaining);
    this.overdrawn = left.values().stream().anyMatch(Amount::isNegative);
  }

  /** Charges a device, unless the counters do not suffice. */
  boolean add(OfferedDevice device) {
    if (overdrawn || firstShort(device).isPresent()) {
      return false;
    }
    device.counters().forEach((counter, amount) -> chosen.merge(counter, amount, Amount::plus));
    return true;
  }

  void remove(OfferedDevice device) {
    device
        .counters()
        .forEach(
            (counter, amount) ->
                chosen.computeIfPresent(counter, (unused, before) -> before.minus(amount)));
  }

  /** The first counter of which a device needs more than is left. */
  Optional<CounterKey> firstShort(OfferedDevice device) {
    return device.counters().entrySet().stream()
        .filter(entry -> leftOf(entry.getKey()).compareTo(entry.getValue()) < 0)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** What is left of a counter. */
  Amount leftOf(CounterKey counter) {
    return left.getOrDefault(counter, Amount.ZERO).minus(chosen.getOrDefault(counter, Amount.ZERO));
  }

  /** A counter of which more is used than there is, so that nothing of the pool can be had. */
  Optional<CounterKey> overdrawn() {
    return left.entrySet().stream()
        .filter(entry -> entry.getValue().isNegative())
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
