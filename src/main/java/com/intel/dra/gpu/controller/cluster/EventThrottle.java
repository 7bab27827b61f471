package com.intel.dra.gpu.controller.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.UUID;

/**
 * Limits how many Events are written about an object. The same message is admitted again after
 * {@link #SAME_WORDS}, and messages that differ only in figures after {@link #SAME_BUT_FIGURES}.
 * For one object and one reason, whatever the message, at most {@link #BURST} are admitted at once
 * and then one a minute. For all objects together at most {@link #BURST_OF_ALL} are admitted at
 * once and then {@link #OF_ALL_PER_SECOND} a second; messages that were not admitted before go
 * first. The caller passes the time with each call. No text is kept, and the message that was
 * admitted longest ago is forgotten first.
 */
final class EventThrottle {

  static final Duration SAME_WORDS = Duration.ofMinutes(5);
  static final Duration SAME_BUT_FIGURES = Duration.ofMinutes(1);
  static final int BURST = 5;
  static final int BURST_OF_ALL = 1000;
  static final int OF_ALL_PER_SECOND = 10;

  /** The number of objects that wait in the largest clusters, so that each gets its first Event. */
  static final int MAX_REMEMBERED = 65_536;

  private static final Duration REFILL = Duration.ofMinutes(1);
  private static final Duration REFILL_OF_ALL = Duration.ofSeconds(1).dividedBy(OF_ALL_PER_SECOND);

  /** The part of the burst that repeated messages leave to new ones. */
  private static final int KEPT_FOR_NEWS = BURST_OF_ALL / 2;

  /**
   * @param message its hash; if two messages have the same hash, the second is admitted somewhat
   *     later
   */
  private record Told(int message, Instant at) {}

  /**
   * @param spent how much of the burst is spent
   * @param at the time for which that is true
   */
  private record Budget(double spent, Instant at) {

    Budget at(Instant now, Duration refill) {
      double refilled = (double) Duration.between(at, now).toMillis() / refill.toMillis();
      return new Budget(Math.max(0, spent - refilled), now);
    }

    boolean allows(int burst) {
      return spent <= burst - 1;
    }

    Budget spend() {
      return new Budget(spent + 1, at);
    }
  }

  private final LinkedHashMap<UUID, Told> told = new LinkedHashMap<>();
  private final LinkedHashMap<UUID, Budget> budgets = new LinkedHashMap<>();
  private Budget ofAll = new Budget(0, Instant.EPOCH);

  /**
   * Returns the message with # in place of each number that is not part of a name (nodes and
   * devices have numbers in their names). Messages with the same shape belong to one Event. It
   * reads the message only once, whatever its content.
   */
  static String shape(String message) {
    var shape = new StringBuilder(message.length());
    int at = 0;
    while (at < message.length()) {
      int end = at;
      while (end < message.length() && isOfWord(message.charAt(end))) {
        end++;
      }
      if (end > at) {
        appendWord(shape, message, at, end);
      } else {
        shape.append(message.charAt(end++));
      }
      at = end;
    }
    return shape.toString();
  }

  /** A number is a word of digits; punctuation marks may follow it. */
  private static void appendWord(StringBuilder shape, String message, int begin, int end) {
    int marks = begin;
    while (marks < end && isDigit(message.charAt(marks))) {
      marks++;
    }
    int rest = marks;
    while (rest < end && isMark(message.charAt(rest))) {
      rest++;
    }
    boolean isNumber = marks > begin && rest == end;
    shape.append(isNumber ? "#" : "").append(message, isNumber ? marks : begin, end);
  }

  private static boolean isOfWord(char c) {
    return isDigit(c) || isMark(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isMark(char c) {
    return c == '.' || c == ':' || c == '-';
  }

  /** Returns the same UUID for all messages that belong to one Event. */
  static UUID identity(String objectUid, String reason, String message) {
    return hash(objectUid + reason + shape(message));
  }

  private static UUID hash(String text) {
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns whether the message is to be published now; if so, counts it as published. */
  boolean admits(String objectUid, String reason, String message, Instant now) {
    UUID words = identity(objectUid, reason, message);
    Told last = told.get(words);
    if (last != null) {
      Duration quiet = last.message() == message.hashCode() ? SAME_WORDS : SAME_BUT_FIGURES;
      if (last.at().plus(quiet).isAfter(now)) {
        return false;
      }
    }
    UUID subject = hash(objectUid + '/' + reason);
    Budget budget = budgets.getOrDefault(subject, new Budget(0, now)).at(now, REFILL);
    Budget all = ofAll.at(now, REFILL_OF_ALL);
    if (!budget.allows(BURST)
        || !all.allows(last == null ? BURST_OF_ALL : BURST_OF_ALL - KEPT_FOR_NEWS)) {
      return false;
    }
    ofAll = all.spend();
    remember(budgets, subject, budget.spend());
    remember(told, words, new Told(message.hashCode(), now));
    return true;
  }

  private static <V> void remember(LinkedHashMap<UUID, V> memory, UUID key, V value) {
    memory.putLast(key, value);
    if (memory.size() > MAX_REMEMBERED) {
      memory.pollFirstEntry();
    }
  }
}
