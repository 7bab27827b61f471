package com.intel.dra.gpu.logs;

/** Which characters of foreign texts may be shown as they are: none that changes a terminal. */
public final class HarmlessCharacters {

  private HarmlessCharacters() {}

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
