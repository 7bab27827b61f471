package com.intel.dra.gpu.simulator.kernel;

import com.intel.dra.gpu.device.PciAddress;
import java.util.Optional;

/**
 * Computes the addresses of VFs: directly behind their PF, as if sriov_offset and sriov_stride were
 * 1.
 */
final class VfAddresses {

  private VfAddresses() {}

  /**
   * Returns empty if the PCI domain has no address left.
   *
   * @param number the number of the VF, from 1
   */
  static Optional<PciAddress> of(PciAddress pf, int number) {
    int routingId = (pf.bus() << 8 | pf.device() << 3 | pf.function()) + number;
    return routingId > 0xffff
        ? Optional.empty()
        : Optional.of(
            new PciAddress(pf.domain(), routingId >> 8, routingId >> 3 & 0x1f, routingId & 0x7));
  }
}
