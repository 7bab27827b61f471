package com.intel.dra.gpu.simulator;

import com.intel.dra.gpu.device.PciAddress;
import java.util.OptionalInt;

/**
 * A VF as readers see it.
 *
 * @param number from 1, as in the quota files; {@code virtfn} links count from 0
 * @param bound whether a driver is bound to it
 * @param cardIndex its DRM nodes, as in {@link Placement}; empty while it has none
 */
record Vf(int number, PciAddress address, boolean bound, OptionalInt cardIndex) {

  Vf withCard(int index) {
    return new Vf(number, address, bound, OptionalInt.of(index));
  }
}
