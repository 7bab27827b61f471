package com.intel.dra.gpu.claim;

import com.intel.dra.gpu.device.DeviceType;
import java.util.List;

/**
 * What a claim asks for, found and checked.
 *
 * @param count how many different devices, 1 to 8
 * @param memoryMiB local memory per device in MiB; 0: no requirement
 * @param selector terms of the class of which a device must match one; empty: every device
 */
public record ClaimRequest(DeviceType type, int count, int memoryMiB, List<SelectorTerm> selector) {

  public ClaimRequest {
    selector = List.copyOf(selector);
  }

  /** Devices of that type whose model, PCI address or UID matches the pattern ({@code *}: any). */
  public record SelectorTerm(DeviceType type, String namePattern) {}
}
