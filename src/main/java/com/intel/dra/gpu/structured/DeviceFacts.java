package com.intel.dra.gpu.structured;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is published of a GPU and its VFs beside their memory.
 *
 * @param model such as {@code Flex 170}, or {@code Unknown}
 * @param family such as {@code Data Center Flex}, or {@code Unknown}
 * @param kernelDriver the driver that is bound now
 * @param sriov whether it can have VFs
 * @param pcieRoot such as {@code pci0000:00}
 * @param numaNode empty when the kernel names none
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

  /** How a device is, as far as that decides who may come and who must go. */
  public enum Condition {
    /** Nothing is known against it. */
    WELL,
    /** It could not be used in the last look, which may have been the look's fault: nobody new. */
    IN_DOUBT,
    /** It could not be used in two looks: its pods are to go. */
    UNWELL
  }
}
