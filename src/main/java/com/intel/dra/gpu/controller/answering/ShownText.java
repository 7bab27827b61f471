package com.intel.dra.gpu.controller.answering;

import com.intel.dra.gpu.logs.HarmlessCharacters;

/** Texts of strangers, made fit for a terminal. */
final class ShownText {

  private ShownText() {}

  /** On one line, without control characters, cut after {@code max} characters. */
  static String of(String text, int max) {
    return text.codePoints()
            .limit(max)
            .map(c -> HarmlessCharacters.isHarmless(c) ? c : ' ')
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        + (text.codePointCount(0, text.length()) > max ? "..." : "");
  }
}
