package com.intel.dra.gpu.selfcheck;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Looks again and again, because things move while they are looked at: a disagreement counts only
 * if every look found it.
 *
 * @param settle how long it must last; looked at once only if it is zero
 */
record Looks(Supplier<Picture> look, Duration settle, Pause pause) {

  private static final int AFTER_THE_FIRST = 8;

  /** Waits; of its own so that tests need not. */
  @FunctionalInterface
  interface Pause {
    void of(Duration time) throws InterruptedException;
  }

  /**
   * @param last the last picture, for what could not be looked at
   * @param looks how many there were
   */
  record Result(Picture last, List<Disagreement> disagreements, int looks) {}

  /** Ends as soon as nothing is left that every look found. */
  Result take() throws InterruptedException {
    Picture picture = look.get();
    List<Disagreement> lasting = Comparison.of(picture);
    int looks = 1;
    while (!lasting.isEmpty() && looks <= AFTER_THE_FIRST && settle.isPositive()) {
      pause.of(settle.dividedBy(AFTER_THE_FIRST));
      picture = look.get();
      looks++;
      List<Disagreement> now = Comparison.of(picture);
      lasting = lasting.stream().filter(now::contains).toList();
    }
    return new Result(picture, lasting, looks);
  }
}
