package com.intel.dra.gpu.controller;

/** How an attempt to allocate claims on a node ended. */
sealed interface AllocationOutcome {

  /** Recorded for the node and written into the claims' statuses. */
  record Allocated() implements AllocationOutcome {}

  /** The node does not fit: nothing was recorded. */
  record Refused(NodeAnswer.Unsuitable answer) implements AllocationOutcome {}

  /** One of the claims is being worked on for another pod: look again soon. */
  record Busy() implements AllocationOutcome {}

  /**
   * One of the claims was changed by somebody else meanwhile, or is gone, or node after node was
   * taken: look again soon.
   */
  record Outdated() implements AllocationOutcome {}
}
