package com.intel.dra.gpu.controller.placing;

/** How an attempt to allocate claims on a node ended. */
public sealed interface AllocationOutcome {

  /** The allocation was recorded for the node and written into the claims' statuses. */
  record Allocated() implements AllocationOutcome {}

  /** The claims do not fit on the node; nothing was recorded. */
  record Refused(NodeAnswer.Unsuitable answer) implements AllocationOutcome {}

  /** Another pod's attempt works on one of the claims: try again soon. */
  record Busy() implements AllocationOutcome {}

  /**
   * One of the claims was changed by another process or is gone, or one node after another was
   * taken: try again soon.
   */
  record Outdated() implements AllocationOutcome {}
}
