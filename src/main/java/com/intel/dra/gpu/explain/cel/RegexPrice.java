package com.intel.dra.gpu.explain.cel;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What it takes at most to compile a regular expression and to search with it. The library repeats
 * what is to be repeated in memory, and does not stop where the scheduler's library does.
 */
final class RegexPrice {

  private static final Pattern REPETITION = Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{0,9}))?}");

  /** Classes of Unicode are tables. */
  private static final Pattern TABLE = Pattern.compile("\\\\[pP]|\\[\\[?[:^]");

  private static final long A_TABLE = 1000;
  private static final long AN_INSTRUCTION = 4;
  private static final long MOST = 1_000_000_000;

  private RegexPrice() {}

  static CallPrice of(Object text, Object expression) {
    if (!(expression instanceof String regex)) {
      return new CallPrice(1, 1, false);
    }
    long size = 1 + regex.length();
    Matcher tables = TABLE.matcher(regex);
    while (tables.find()) {
      size += A_TABLE;
    }
    Matcher repetitions = REPETITION.matcher(regex);
    while (repetitions.find()) {
      size = Math.min(MOST, size * most(repetitions.toMatchResult()));
    }
    return new CallPrice(
        size * AN_INSTRUCTION + ValueSize.flat(text) * size / 4, size * AN_INSTRUCTION, false);
  }

  private static long most(MatchResult repetition) {
    long least = Long.parseLong(repetition.group(1));
    String greatest = repetition.group(2);
    return Math.max(
        1 + least, greatest == null || greatest.isEmpty() ? 0 : Long.parseLong(greatest));
  }
}
