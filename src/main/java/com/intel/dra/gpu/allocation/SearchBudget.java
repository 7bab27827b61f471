package com.intel.dra.gpu.allocation;

/**
 * What the search for devices for one pod may cost, on all nodes together: each attempt to give a
 * device is a step. On each node there are as many as it takes to give out what is asked for twice,
 * so that a node on which that is simple is not refused because others were hard. All steps beyond
 * these are of {@link #SHARED_STEPS} for all nodes, and of {@link #MAX_STEPS} for one.
 *
 * <p>Of one pod at one time; not safe for use by several threads.
 */
public final class SearchBudget {

  /** On one node. */
  static final int MAX_STEPS = 10_000;

  /** Ten nodes on which the search is as hard as can be. */
  static final int SHARED_STEPS = 100_000;

  private int sharedLeft = SHARED_STEPS;
  private long taken;
  private int free;
  private int left;

  /** All steps so far. */
  long taken() {
    return taken;
  }

  /** The next steps are on another node, on which that many devices are asked for. */
  void beginNode(int devices) {
    free = Math.min(MAX_STEPS, 2 * devices);
    left = MAX_STEPS;
  }

  /**
   * @return false if there is none left for this node
   */
  boolean takeStep() {
    if (left == 0 || (free == 0 && sharedLeft == 0)) {
      return false;
    }
    taken++;
    left--;
    if (free > 0) {
      free--;
    } else {
      sharedLeft--;
    }
    return true;
  }

  /** Why there is none left, for people; the same for many nodes. */
  String whyEnded() {
    return left == 0
        ? "gave up after %d attempts".formatted(MAX_STEPS)
        : "gave up after %d attempts on all nodes together".formatted(SHARED_STEPS);
  }
}
