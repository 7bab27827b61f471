package com.intel.dra.gpu.structured;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is published about a GPU and its VFs besides their memory.
 *
 * @param model such as {@code Flex 170}, or {@code Unknown}
 * @param family such as {@code Data Center Flex}, or {@code Unknown}
 * @param kernelDriver the driver that is bound now
 * @param sriov whether it can have VFs
 * @param pcieRoot such as {@code pci0000:00}
 * @param numaNode empty if the kernel names none
 * @param condition whether it can be used
 */
public record DeviceFacts(
    String model,
    String family,
    String kernelDriver,
    boolean sriov,
    Optional<String> pcieRoot,
    OptionalInt numaNode,
    Condition condition) {

  /**
   * The condition of a device, which decides whether new pods may use it and whether present pods
   * must leave it.
   */
  public enum Condition {
    /** No problem is known. */
    WELL,
    /**
     * It was unusable at the last look, which may have been an error of the look: new pods are kept
     * away.
     */
    IN_DOUBT,
    /** It was unusable at two looks: its pods must be evicted. */
    UNWELL
  }
}
