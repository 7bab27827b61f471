package com.intel.dra.gpu.selfcheck;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Looks several times, because the sources change while they are read: a disagreement counts only
 * if every look found it.
 *
 * @param settle how long a disagreement must last; if zero, there is only one look
 */
record Looks(Supplier<Picture> look, Duration settle, Pause pause) {

  private static final int AFTER_THE_FIRST = 8;

  /** Waits between looks. Tests replace it so that they do not have to wait. */
  @FunctionalInterface
  interface Pause {
    void of(Duration time) throws InterruptedException;
  }

  /**
   * @param last the last picture; it shows which sources could not be read
   * @param looks the number of looks
   */
  record Result(Picture last, List<Disagreement> disagreements, int looks) {}

  /** Looks until no disagreement is left that every look found, or until the last look. */
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
