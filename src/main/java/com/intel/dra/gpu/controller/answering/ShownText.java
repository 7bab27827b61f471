package com.intel.dra.gpu.controller.answering;

import com.intel.dra.gpu.logs.HarmlessCharacters;

/** Texts of strangers, made fit for a terminal. */
final class ShownText {

  private ShownText() {}

  /** On one line, without control characters, cut after {@code max} characters. */
  static String of(String text, int max) {
    if (text.codePointCount(0, text.length()) <= max) {
      return HarmlessCharacters.blanked(text);
    }
    return HarmlessCharacters.blanked(text.substring(0, text.offsetByCodePoints(0, max))) + "...";
  }
}
