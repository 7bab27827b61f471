package com.intel.dra.gpu.simulator.topology;

import java.util.List;

/**
 * What applying a topology changed. A GPU that was altered is in both lists: it vanished and
 * appeared again.
 */
public record TopologyChange(List<PlacedGpu> vanished, List<PlacedGpu> appeared) {

  public TopologyChange {
    vanished = List.copyOf(vanished);
    appeared = List.copyOf(appeared);
  }
}
