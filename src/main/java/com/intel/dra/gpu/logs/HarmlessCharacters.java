package com.intel.dra.gpu.logs;

/** Which characters of foreign texts may be shown as they are: none that changes a terminal. */
public final class HarmlessCharacters {

  private HarmlessCharacters() {}

  /**
   * Returns the text with a blank for each character that is not harmless, line breaks included.
   */
  public static String blanked(String text) {
    return text.codePoints()
        .map(c -> isHarmless(c) ? c : ' ')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  public static boolean isHarmless(int codePoint) {
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
}
