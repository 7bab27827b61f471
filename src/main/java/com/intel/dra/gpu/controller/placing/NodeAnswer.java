package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Refusal;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Whether the pending claims of one pod can be placed on one node. */
public sealed interface NodeAnswer {

  /** A reason. */
  String NO_NODE_AGENT = "no_node_agent";

  /** A reason. */
  String NODE_NOT_READY = "node_not_ready";

  /** They can, so. */
  record Suitable(Placement placement) implements NodeAnswer {}

  /**
   * They cannot.
   *
   * @param reason bounded, for a metric label
   * @param message for people
   */
  record Unsuitable(String reason, String message) implements NodeAnswer {}

  /** All reasons that there are. */
  static List<String> reasons() {
    return Stream.concat(
            Stream.of(NO_NODE_AGENT, NODE_NOT_READY),
            Arrays.stream(Refusal.Reason.values()).map(Refusal.Reason::label))
        .toList();
  }

  /** No node agent has run there, or it has not found its way to the API server yet. */
  static Unsuitable unknownNode() {
    return new Unsuitable(
        NO_NODE_AGENT, "no GpuAllocationState, the node agent does not run there");
  }

  static Unsuitable notReady() {
    return new Unsuitable(NODE_NOT_READY, "its GpuAllocationState is not Ready");
  }

  static Unsuitable refused(Refusal refusal) {
    return new Unsuitable(refusal.reason().label(), refusal.message());
  }
}
