package com.intel.dra.gpu.logs;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes text that stays on one line and does not control a terminal: line breaks, control
 * characters, ANSI escapes and characters that change the direction of writing become {@code \n}
 * and {@code \}{@code u001b} in plain letters. Tokens, which the Kubernetes client logs with its
 * requests at level TRACE, are left out. Text longer than {@link #MAX_LENGTH} is cut. Applying it
 * twice changes nothing more.
 */
final class HarmlessText {

  /** In UTF-16 units; longer than any message of the driver itself. */
  static final int MAX_LENGTH = 16 * 1024;

  private static final int BEGINNING = 2 * MAX_LENGTH;

  /** A JSON web token, or any text after the word with which HTTP announces one. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\beyJ[\\w-]{8,4096}\\.[\\w-]{2,4096}\\.[\\w-]{0,4096}|(?i:\\bbearer)"
              + " [\\w.~+/=-]{8,4096}");

  private static final String HIDDEN = "Bearer [hidden]";

  private HarmlessText() {}

  /** Returns the same object if there is nothing to change. */
  static String of(String text) {
    return isHarmless(text) ? text : rewritten(text);
  }

  static boolean isHarmless(String text) {
    return text.length() <= MAX_LENGTH
        && text.codePoints().allMatch(HarmlessCharacters::isHarmless)
        && !TOKEN.matcher(text).find();
  }

  private static String rewritten(String original) {
    String text = TOKEN.matcher(beginning(original)).replaceAll(Matcher.quoteReplacement(HIDDEN));
    var harmless = new StringBuilder();
    int at = 0;
    while (at < text.length() && harmless.length() <= MAX_LENGTH) {
      int codePoint = text.codePointAt(at);
      harmless.append(
          HarmlessCharacters.isHarmless(codePoint)
              ? Character.toString(codePoint)
              : escaped(codePoint));
      at += Character.charCount(codePoint);
    }
    if (harmless.length() > MAX_LENGTH || original.length() > BEGINNING) {
      cut(harmless, original.length());
    }
    return harmless.toString();
  }

  /** Longer than the final text, and short enough to be searched quickly. */
  private static String beginning(String text) {
    return text.length() > BEGINNING ? text.substring(0, BEGINNING) : text;
  }

  private static void cut(StringBuilder harmless, int originalLength) {
    String note = "... (%d characters in all)".formatted(originalLength);
    int end = Math.min(harmless.length(), MAX_LENGTH - note.length());
    harmless.setLength(Character.isHighSurrogate(harmless.charAt(end - 1)) ? end - 1 : end);
    harmless.append(note);
  }

  private static String escaped(int codePoint) {
    return switch (codePoint) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> "\\u%04x".formatted(codePoint);
    };
  }
}
