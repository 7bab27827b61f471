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

  /** The characters of all parts and values that are kept; beyond, only which device is not. */
  private static final long MAX_CHARACTERS = 2_000_000;

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
  private static final SelectorVerdict UNTOLD =
      new SelectorVerdict.NotSelected("the expression", "");

  private final DeviceSelectors selectors;
  private final Map<OfferedDevice, Map<String, SelectorVerdict>> known = new IdentityHashMap<>();
  private final Map<SelectorVerdict.NotSelected, SelectorVerdict> texts = new HashMap<>();
  private long characters;

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

  /** Most devices of a cluster have the same text. */
  private SelectorVerdict kept(SelectorVerdict verdict) {
    if (!(verdict instanceof SelectorVerdict.NotSelected not)) {
      return verdict;
    }
    SelectorVerdict same = texts.get(not);
    if (same != null) {
      return same;
    }
    int length = not.part().length() + not.because().length();
    if (characters + length > MAX_CHARACTERS) {
      return UNTOLD;
    }
    characters += length;
    texts.put(not, not);
    return not;
  }

  private SelectorVerdict check(
      String where, String expression, OfferedDevice device, Budget budget)
      throws Failed, Unknown, Budget.UsedUp {
    Map<String, SelectorVerdict> verdicts =
        known.computeIfAbsent(device, unused -> new HashMap<>());
    SelectorVerdict verdict = verdicts.get(expression);
    if (verdict == null) {
      DeviceSelectors.Checked checked = selectors.check(expression, device.selectable());
      verdict = kept(checked.verdict());
      verdicts.put(expression, verdict);
      budget.charge(checked.steps());
      if (verdict instanceof SelectorVerdict.Selected
          || verdict instanceof SelectorVerdict.NotSelected) {
        budget.spend(0);
      }
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
