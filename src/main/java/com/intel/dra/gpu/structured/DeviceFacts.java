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
 * @param unhealthy why the device is not to be used; empty when nothing is known against it
 */
public record DeviceFacts(
    String model,
    String family,
    String kernelDriver,
    boolean sriov,
    Optional<String> pcieRoot,
    OptionalInt numaNode,
    Optional<String> unhealthy) {}
