package com.intel.dra.gpu.device;

import java.util.Optional;

/**
 * The product that a PCI device id is sold as, in the words that the attributes of published
 * devices use.
 *
 * @param model such as {@code Flex 170}, or {@link #UNKNOWN}
 * @param family such as {@code Data Center Flex}, or {@link #UNKNOWN}
 * @param nativeDriver the kernel driver that a mainline kernel binds by default, {@code i915} or
 *     {@code xe}; empty if the id is not in the table
 */
public record GpuModel(String model, String family, Optional<String> nativeDriver) {

  public static final String UNKNOWN = "Unknown";

  static final GpuModel OF_UNKNOWN_ID = new GpuModel(UNKNOWN, UNKNOWN, Optional.empty());
}
