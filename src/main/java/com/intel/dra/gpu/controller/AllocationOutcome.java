package com.intel.dra.gpu.controller;

/** How an attempt to allocate claims on a node ended. */
sealed interface AllocationOutcome {

  /** Recorded for the node and written into the claims' statuses. */
  record Allocated() implements AllocationOutcome {}

  /** The node, as it was when it would have been recorded, does not fit: nothing was written. */
  record Refused(NodeAnswer.Unsuitable answer) implements AllocationOutcome {}

  /** One of the claims is being worked on for another pod: look again soon. */
  record Busy() implements AllocationOutcome {}
}
