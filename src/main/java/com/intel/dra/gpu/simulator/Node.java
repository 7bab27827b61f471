package com.intel.dra.gpu.simulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A node with simulated GPUs, however readers get to see them. */
sealed interface Node extends AutoCloseable permits SimulatedNode, ServedNode {

  /** What to give to a reader in place of {@code /sys}. */
  Path sysfsRoot();

  /** What to give to a reader in place of {@code /dev}. */
  Path devRoot();

  /** The GPUs that are there, in the order in which they appeared. */
  List<PlacedGpu> gpus();

  /**
   * Lets GPUs vanish and appear so that those of the topology are there. GPUs that are in both keep
   * their cards and are not touched; new ones get the lowest free card numbers.
   */
  TopologyChange apply(Topology topology) throws IOException;

  /** To be called now and then: lets happen what is due. */
  default void tick() {}

  @Override
  void close() throws IOException;
}
