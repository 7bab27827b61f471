package com.intel.dra.gpu.simulator.topology;

import com.intel.dra.gpu.device.PciAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The GPUs of one node, each at a different address, in the order in which they get their cards.
 *
 * @param faults the faults of each GPU; a GPU without an entry has none
 */
public record Topology(List<SimulatedGpu> gpus, Map<PciAddress, List<Fault>> faults) {

  /** The kernel's limit for card indices, and so for the cards of one node. */
  public static final int MAX_GPUS = 64;

  public Topology {
    gpus = List.copyOf(gpus);
    faults = Map.copyOf(faults);
    if (gpus.size() > MAX_GPUS) {
      throw new IllegalArgumentException("more than " + MAX_GPUS + " GPUs: " + gpus.size());
    }
    Set<PciAddress> addresses = new HashSet<>();
    for (SimulatedGpu gpu : gpus) {
      if (!addresses.add(gpu.address())) {
        throw new IllegalArgumentException("two GPUs at the address " + gpu.address());
      }
    }
  }

  /** A topology without faults. */
  public Topology(List<SimulatedGpu> gpus) {
    this(gpus, Map.of());
  }
}
