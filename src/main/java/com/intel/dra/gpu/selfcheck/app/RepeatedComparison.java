package com.intel.dra.gpu.selfcheck.app;

import com.intel.dra.gpu.selfcheck.compare.Comparison;
import com.intel.dra.gpu.selfcheck.compare.Disagreement;
import com.intel.dra.gpu.selfcheck.look.NodeSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Looks several times, because the sources change while they are read: a disagreement counts only
 * if every look found it.
 *
 * @param settle how long a disagreement must last; if zero, there is only one look
 */
record RepeatedComparison(Supplier<NodeSnapshot> look, Duration settle, Pause pause) {

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
  record Result(NodeSnapshot last, List<Disagreement> disagreements, int looks) {}

  /** Looks until no disagreement is left that every look found, or until the last look. */
  Result take() throws InterruptedException {
    NodeSnapshot snapshot = look.get();
    List<Disagreement> lasting = Comparison.of(snapshot);
    int looks = 1;
    while (!lasting.isEmpty() && looks <= AFTER_THE_FIRST && settle.isPositive()) {
      pause.of(settle.dividedBy(AFTER_THE_FIRST));
      snapshot = look.get();
      looks++;
      List<Disagreement> now = Comparison.of(snapshot);
      lasting = lasting.stream().filter(now::contains).toList();
    }
    return new Result(snapshot, lasting, looks);
  }
}
