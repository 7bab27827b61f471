package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.allocation.Placement;
import com.intel.dra.gpu.allocation.Refusal;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Whether the pending claims of one pod can be placed on one node. */
public sealed interface NodeAnswer {

  /** The agent has never run on the node. */
  String NO_NODE_AGENT = "no_node_agent";

  /** The node's record is not ready. */
  String NODE_NOT_READY = "node_not_ready";

  /** The claims can be placed, in this way. */
  record Suitable(Placement placement) implements NodeAnswer {}

  /**
   * The claims cannot be placed.
   *
   * @param reason one of {@link #reasons}, for the label of a metric
   * @param message for users
   */
  record Unsuitable(String reason, String message) implements NodeAnswer {}

  /** Returns all possible reasons. */
  static List<String> reasons() {
    return Stream.concat(
            Stream.of(NO_NODE_AGENT, NODE_NOT_READY),
            Arrays.stream(Refusal.Reason.values()).map(Refusal.Reason::label))
        .toList();
  }

  /** Returned if no node agent has run on the node, or if it has not reached the API server yet. */
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
