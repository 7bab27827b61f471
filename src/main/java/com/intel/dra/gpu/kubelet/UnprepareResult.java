package com.intel.dra.gpu.kubelet;

/** How unpreparing a claim ended. */
public sealed interface UnprepareResult {

  /** Nothing of the claim is left on the node, or there was nothing. */
  record Unprepared() implements UnprepareResult {}

  /**
   * @param message what is wrong, with which object, and what to do
   */
  record Failed(String message) implements UnprepareResult {}
}
