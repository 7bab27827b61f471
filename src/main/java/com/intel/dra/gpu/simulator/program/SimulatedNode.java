package com.intel.dra.gpu.simulator.program;

import com.intel.dra.gpu.simulator.topology.PlacedGpu;
import com.intel.dra.gpu.simulator.topology.Topology;
import com.intel.dra.gpu.simulator.topology.TopologyChange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A node with simulated GPUs, independent of how readers see them. */
sealed interface SimulatedNode extends AutoCloseable permits FolderNode, FuseNode {

  /** The folder that readers use in place of {@code /sys}. */
  Path sysfsRoot();

  /** The folder that readers use in place of {@code /dev}. */
  Path devRoot();

  /** The present GPUs, in the order in which they appeared. */
  List<PlacedGpu> gpus();

  /**
   * Removes and adds GPUs until they match the topology. GPUs that are in both keep their cards and
   * are not touched; new ones get the lowest free card numbers.
   */
  TopologyChange apply(Topology topology) throws IOException;

  /** Carries out what has become due. Must be called regularly. */
  default void tick() {}

  @Override
  void close() throws IOException;
}
