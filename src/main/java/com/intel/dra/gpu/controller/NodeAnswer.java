package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Refusal;

/** Whether the pending claims of one pod can be placed on one node. */
sealed interface NodeAnswer {

  /** They can, so. */
  record Suitable(Placement placement) implements NodeAnswer {}

  /**
   * They cannot.
   *
   * @param reason bounded, for a metric label
   * @param message for people
   */
  record Unsuitable(String reason, String message) implements NodeAnswer {}

  /** No node agent has run there, or it has not found its way to the API server yet. */
  static Unsuitable unknownNode() {
    return new Unsuitable(
        "no_node_agent", "no GpuAllocationState, the node agent does not run there");
  }

  static Unsuitable notReady() {
    return new Unsuitable("node_not_ready", "its GpuAllocationState is not Ready");
  }

  static Unsuitable refused(Refusal refusal) {
    return new Unsuitable(refusal.reason().label(), refusal.message());
  }
}
