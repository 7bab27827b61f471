package com.intel.dra.gpu.controller;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which words about an object are worth an API server's while. The same words are told again after
 * {@link #SAME_WORDS}, words that differ in figures alone after {@link #SAME_BUT_FIGURES}, and
 * whatever the words, of one object for one reason no more than {@link #BURST} at once and one a
 * minute. Time comes with each question. Forgets who was not spoken of for long.
 */
final class EventThrottle {

  static final Duration SAME_WORDS = Duration.ofMinutes(5);
  static final Duration SAME_BUT_FIGURES = Duration.ofMinutes(1);
  static final int BURST = 5;

  private static final Duration REFILL = Duration.ofMinutes(1);
  private static final int MAX_REMEMBERED = 4096;

  /** A number that is no part of a name, as those of nodes and devices are. */
  private static final Pattern FIGURE = Pattern.compile("(?<![\\w.:-])\\d+(?![\\w.:-]*\\w)");

  private record Told(String message, Instant at) {}

  /**
   * @param spent how many of the burst are spent
   * @param at when that was so
   */
  private record Budget(double spent, Instant at) {

    Budget at(Instant now) {
      double refilled = (double) Duration.between(at, now).toMillis() / REFILL.toMillis();
      return new Budget(Math.max(0, spent - refilled), now);
    }

    boolean isSpent() {
      return spent > BURST - 1;
    }

    Budget spend() {
      return new Budget(spent + 1, at);
    }
  }

  private final Map<String, Told> told = new Remembered<>();
  private final Map<String, Budget> budgets = new Remembered<>();

  /** The message without its figures: messages alike belong to one Event. */
  static String shape(String message) {
    return FIGURE.matcher(message).replaceAll("#");
  }

  /** Whether that is to be told now; it then counts as told. */
  boolean admits(String objectUid, String reason, String message, Instant now) {
    String subject = objectUid + '/' + reason;
    String words = subject + '/' + shape(message);
    Told last = told.get(words);
    if (last != null) {
      Duration quiet = last.message().equals(message) ? SAME_WORDS : SAME_BUT_FIGURES;
      if (last.at().plus(quiet).isAfter(now)) {
        return false;
      }
    }
    Budget budget = budgets.getOrDefault(subject, new Budget(0, now)).at(now);
    if (budget.isSpent()) {
      return false;
    }
    budgets.put(subject, budget.spend());
    told.put(words, new Told(message, now));
    return true;
  }

  private static final class Remembered<V> extends LinkedHashMap<String, V> {

    private static final long serialVersionUID = 1L;

    Remembered() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > MAX_REMEMBERED;
    }
  }
}
