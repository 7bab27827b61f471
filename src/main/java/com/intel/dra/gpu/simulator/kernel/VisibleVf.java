package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.device.PciAddress;
import com.intel.dra.gpu.simulator.topology.PciPlacement;
import java.util.OptionalInt;

/**
 * A VF as readers see it.
 *
 * @param number from 1, as in the quota files; {@code virtfn} links count from 0
 * @param bound whether a driver is bound to it
 * @param cardIndex its DRM nodes, as in {@link PciPlacement}; empty while it has none
 */
public record VisibleVf(int number, PciAddress address, boolean bound, OptionalInt cardIndex) {

  VisibleVf withCard(int index) {
    return new VisibleVf(number, address, bound, OptionalInt.of(index));
  }
}
