package com.intel.dra.gpu.simulator.topology;

/**
 * A simulated GPU that readers can see.
 *
 * @param cardIndex the N in {@code card<N>}; the render node is {@code renderD<128+N>}
 */
public record PlacedGpu(SimulatedGpu gpu, int cardIndex) {

  public PciPlacement placement() {
    return new PciPlacement(
        gpu.address(), gpu.driver(), cardIndex, gpu.pcieRoot(), gpu.managementEngine());
  }
}
