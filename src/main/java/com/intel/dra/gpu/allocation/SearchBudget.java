package com.intel.dra.gpu.allocation;

/**
 * Limits the search for devices for one pod on all nodes together. Each attempt to give a device is
 * a step. Each node has twice as many free steps as devices are requested, so that an easy node is
 * not refused because other nodes were hard. Further steps come from {@link #SHARED_STEPS} for all
 * nodes, and one node gets at most {@link #MAX_STEPS}.
 *
 * <p>Use one budget for one pod and one look at the nodes. Not safe for use by several threads.
 */
public final class SearchBudget {

  /** The most steps on one node. */
  static final int MAX_STEPS = 10_000;

  /** Enough for ten of the hardest nodes. */
  static final int SHARED_STEPS = 100_000;

  private int sharedLeft = SHARED_STEPS;
  private long taken;
  private int free;
  private int left;

  /** The number of steps so far. */
  long taken() {
    return taken;
  }

  /** Begins the search on the next node, where that many devices are requested. */
  void beginNode(int devices) {
    free = Math.min(MAX_STEPS, 2 * devices);
    left = MAX_STEPS;
  }

  /**
   * @return false if no step is left for this node
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

  /** Why no step is left, as text for people; equal for many nodes. */
  String whyEnded() {
    return left == 0
        ? "gave up after %d attempts".formatted(MAX_STEPS)
        : "gave up after %d attempts on all nodes together".formatted(SHARED_STEPS);
  }
}
