package com.intel.dra.kit.kubelet.api;

/** The result of unpreparing a claim. */
public sealed interface UnprepareResult {

  /** Nothing of the claim is left on the node, or nothing was there. */
  record Unprepared() implements UnprepareResult {}

  /**
   * @param message what is wrong, with which object, and what to do
   */
  record Failed(String message) implements UnprepareResult {}
}
