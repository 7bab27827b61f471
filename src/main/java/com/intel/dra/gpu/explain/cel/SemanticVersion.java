package com.intel.dra.gpu.explain.cel;

import java.math.BigInteger;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version as semver 2.0.0 defines it. Its build does not count when versions are compared.
 *
 * @param preRelease the identifiers after the hyphen, none for a release
 */
record SemanticVersion(long major, long minor, long patch, List<String> preRelease)
    implements Comparable<SemanticVersion> {

  private static final String NUMBER = "(0|[1-9][0-9]{0,18})";
  private static final String IDENTIFIER = "(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)";
  private static final Pattern FORM =
      Pattern.compile(
          NUMBER
              + "\\."
              + NUMBER
              + "\\."
              + NUMBER
              + "(?:-("
              + IDENTIFIER
              + "(?:\\."
              + IDENTIFIER
              + ")*))?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?");

  SemanticVersion {
    preRelease = List.copyOf(preRelease);
  }

  /**
   * Reads a complete version.
   *
   * @throws IllegalArgumentException if it is none
   */
  static SemanticVersion parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("not a semantic version");
    }
    String identifiers = parts.group(4);
    return new SemanticVersion(
        Long.parseLong(parts.group(1)),
        Long.parseLong(parts.group(2)),
        Long.parseLong(parts.group(3)),
        identifiers == null ? List.of() : List.of(identifiers.split("\\.")));
  }

  /** Reads a version that may begin with v, miss its last numbers, or have zeros before them. */
  static SemanticVersion parseTolerantly(String text) {
    String[] parts = (text.startsWith("v") ? text.substring(1) : text).split("\\.", 3);
    for (int i = 0; i < parts.length; i++) {
      parts[i] = withoutLeadingZeros(parts[i]);
    }
    if (parts.length == 3) {
      return parse(String.join(".", parts));
    }
    if (parts[parts.length - 1].matches(".*[+-].*")) {
      throw new IllegalArgumentException("short version with pre-release or build");
    }
    return parse(String.join(".", parts) + ".0".repeat(3 - parts.length));
  }

  private static String withoutLeadingZeros(String part) {
    if (part.length() < 2) {
      return part;
    }
    int zeros = 0;
    while (zeros < part.length() && part.charAt(zeros) == '0') {
      zeros++;
    }
    String rest = part.substring(zeros);
    return rest.isEmpty() || !Character.isDigit(rest.charAt(0)) ? "0" + rest : rest;
  }

  @Override
  public int compareTo(SemanticVersion other) {
    int byNumber = Long.compare(major, other.major);
    byNumber = byNumber != 0 ? byNumber : Long.compare(minor, other.minor);
    byNumber = byNumber != 0 ? byNumber : Long.compare(patch, other.patch);
    if (byNumber != 0 || preRelease.isEmpty() || other.preRelease.isEmpty()) {
      return byNumber != 0
          ? byNumber
          : Boolean.compare(preRelease.isEmpty(), other.preRelease.isEmpty());
    }
    int common = Math.min(preRelease.size(), other.preRelease.size());
    for (int i = 0; i < common; i++) {
      int byIdentifier = compare(preRelease.get(i), other.preRelease.get(i));
      if (byIdentifier != 0) {
        return byIdentifier;
      }
    }
    return Integer.compare(preRelease.size(), other.preRelease.size());
  }

  private static int compare(String one, String other) {
    boolean isNumber = isNumber(one);
    boolean otherIsNumber = isNumber(other);
    if (isNumber && otherIsNumber) {
      return new BigInteger(one).compareTo(new BigInteger(other));
    }
    return isNumber != otherIsNumber ? (isNumber ? -1 : 1) : Integer.signum(one.compareTo(other));
  }

  private static boolean isNumber(String identifier) {
    return identifier.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  @Override
  public String toString() {
    String numbers = major + "." + minor + "." + patch;
    return preRelease.isEmpty() ? numbers : numbers + "-" + String.join(".", preRelease);
  }
}
