package com.intel.dra.gpu.explain.search;

import com.intel.dra.gpu.explain.cel.DeviceSelectors;
import com.intel.dra.gpu.explain.cel.SelectorVerdict;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which devices a wish's class and selectors select. Each expression is evaluated once a device.
 */
public final class Selection {

  /** An evaluation counts as so many steps of a search. */
  private static final int STEPS = 50;

  /** A selector that keeps a device from a wish. */
  sealed interface Verdict {
    record Selected() implements Verdict {}

    record NotOfClass(SelectorVerdict.NotSelected why) implements Verdict {}

    record NotOfClaim(SelectorVerdict.NotSelected why) implements Verdict {}
  }

  /** The scheduler ends its attempt: a selector fails. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
      super(message, null, false, false);
    }
  }

  /** A selector cannot be judged. */
  static final class Unknown extends Exception {
    private static final long serialVersionUID = 1L;

    Unknown(String message) {
      super(message, null, false, false);
    }
  }

  private static final Verdict SELECTED = new Verdict.Selected();

  private final DeviceSelectors selectors;
  private final Map<OfferedDevice, Map<String, SelectorVerdict>> known = new IdentityHashMap<>();

  /** Returns one that remembers for as long as it lives: make it for one question. */
  public Selection(DeviceSelectors selectors) {
    this.selectors = selectors;
  }

  Verdict verdict(Wish wish, OfferedDevice device, Budget budget)
      throws Failed, Unknown, Budget.UsedUp {
    for (String expression : wish.classSelectors()) {
      if (check("class " + wish.deviceClass(), expression, device, budget)
          instanceof SelectorVerdict.NotSelected not) {
        return new Verdict.NotOfClass(not);
      }
    }
    for (String expression : wish.selectors()) {
      if (check("request " + wish.name(), expression, device, budget)
          instanceof SelectorVerdict.NotSelected not) {
        return new Verdict.NotOfClaim(not);
      }
    }
    return SELECTED;
  }

  boolean selects(Wish wish, OfferedDevice device, Budget budget)
      throws Failed, Unknown, Budget.UsedUp {
    for (List<String> expressions : List.of(wish.classSelectors(), wish.selectors())) {
      for (String expression : expressions) {
        if (check("request " + wish.name(), expression, device, budget)
            instanceof SelectorVerdict.NotSelected) {
          return false;
        }
      }
    }
    return true;
  }

  private SelectorVerdict check(
      String where, String expression, OfferedDevice device, Budget budget)
      throws Failed, Unknown, Budget.UsedUp {
    Map<String, SelectorVerdict> verdicts =
        known.computeIfAbsent(device, unused -> new HashMap<>());
    SelectorVerdict verdict = verdicts.get(expression);
    if (verdict == null) {
      budget.spend(STEPS);
      verdict = selectors.check(expression, device.selectable());
      verdicts.put(expression, verdict);
    }
    return switch (verdict) {
      case SelectorVerdict.Fails fails ->
          throw new Failed(
              "the selector of %s fails on device %s: %s"
                  .formatted(where, device.key(), fails.error()));
      case SelectorVerdict.Unknown unknown ->
          throw new Unknown(
              "the selector of %s cannot be judged: %s".formatted(where, unknown.why()));
      case SelectorVerdict.Selected selected -> selected;
      case SelectorVerdict.NotSelected not -> not;
    };
  }
}
