package com.intel.dra.gpu.simulator;

/**
 * A simulated GPU that readers can see.
 *
 * @param cardIndex the N in {@code card<N>}; the render node is {@code renderD<128+N>}
 */
public record PlacedGpu(SimulatedGpu gpu, int cardIndex) {

  Placement placement() {
    return new Placement(gpu.address(), gpu.driver(), cardIndex, gpu.pcieRoot());
  }
}
