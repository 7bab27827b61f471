package com.intel.dra.gpu.classic;

import com.intel.dra.gpu.device.DeviceType;
import java.util.List;

/**
 * The validated request of a claim.
 *
 * @param count the number of different devices, 1 to 8
 * @param memoryMiB local memory per device in MiB; 0 for no requirement
 * @param selector the terms of the class, of which a device must match at least one; empty for
 *     every device
 */
public record ClaimRequest(DeviceType type, int count, int memoryMiB, List<SelectorTerm> selector) {

  public ClaimRequest {
    selector = List.copyOf(selector);
  }

  /**
   * Devices of this type whose model, PCI address or UID matches the pattern ({@code *}: any text).
   */
  public record SelectorTerm(DeviceType type, String namePattern) {}
}
