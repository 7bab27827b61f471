package com.intel.dra.gpu.explain.cel;

/**
 * What it takes at most to compile a regular expression and to search with it. The library repeats
 * what is to be repeated in memory, and does not stop where the scheduler's library does.
 */
final class RegexPrice {

  /** Classes of Unicode are tables. */
  private static final long A_TABLE = 1000;

  private static final long AN_INSTRUCTION = 4;
  private static final long MOST = 1_000_000_000;

  private final String regex;
  private int at;
  private long size;

  private RegexPrice(String regex) {
    this.regex = regex;
    this.size = 1L + regex.length();
  }

  static CallPrice of(Object text, Object expression) {
    long size = expression instanceof String regex ? new RegexPrice(regex).size() : 1;
    return new CallPrice(
        size * AN_INSTRUCTION + ValueSize.flat(text) * size / 4, size * AN_INSTRUCTION, false);
  }

  /** Each repetition counts as if all were repeated, so this is never too little. */
  private long size() {
    long repetitions = 1;
    while (at < regex.length()) {
      char c = regex.charAt(at);
      at++;
      if (c == '{') {
        repetitions = Math.min(MOST, repetitions * repetition());
      } else if (isTable(c)) {
        size += A_TABLE;
      }
    }
    return Math.min(MOST, size * repetitions);
  }

  private boolean isTable(char c) {
    char next = at < regex.length() ? regex.charAt(at) : ' ';
    return (c == '\\' && (next == 'p' || next == 'P')) || (c == '[' && next == ':');
  }

  /** How often is repeated what is before a brace: as {@code 3}, {@code 3,} or {@code 3,5} says. */
  private long repetition() {
    long least = number();
    if (at < regex.length() && regex.charAt(at) == ',') {
      at++;
    }
    return Math.max(1 + least, number());
  }

  private long number() {
    long number = 0;
    while (at < regex.length() && Character.isDigit(regex.charAt(at))) {
      number = Math.min(MOST, 10 * number + Character.digit(regex.charAt(at), 10));
      at++;
    }
    return number;
  }
}
