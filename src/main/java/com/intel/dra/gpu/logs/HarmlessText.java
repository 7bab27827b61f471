package com.intel.dra.gpu.logs;

/**
 * Text that stays on one line and tells a terminal nothing: line breaks, control characters, ANSI
 * escapes and marks that turn the direction of writing become {@code \n} and {@code \}{@code u001b}
 * in plain letters. Longer text than {@link #MAX_LENGTH} is cut. Doing it twice changes nothing.
 */
final class HarmlessText {

  /** In UTF-16 units; longer than anything that the driver itself has to say. */
  static final int MAX_LENGTH = 16 * 1024;

  private HarmlessText() {}

  /** The same object when there is nothing to change. */
  static String of(String text) {
    return isHarmless(text) ? text : rewritten(text);
  }

  static boolean isHarmless(String text) {
    return text.length() <= MAX_LENGTH && text.codePoints().allMatch(HarmlessText::isHarmless);
  }

  private static boolean isHarmless(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static String rewritten(String text) {
    var harmless = new StringBuilder();
    int at = 0;
    while (at < text.length() && harmless.length() <= MAX_LENGTH) {
      int codePoint = text.codePointAt(at);
      harmless.append(isHarmless(codePoint) ? Character.toString(codePoint) : escaped(codePoint));
      at += Character.charCount(codePoint);
    }
    if (harmless.length() > MAX_LENGTH) {
      cut(harmless, text.length());
    }
    return harmless.toString();
  }

  private static void cut(StringBuilder harmless, int originalLength) {
    String note = "... (%d characters in all)".formatted(originalLength);
    int end = MAX_LENGTH - note.length();
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
