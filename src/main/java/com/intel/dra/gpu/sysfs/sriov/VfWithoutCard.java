package com.intel.dra.gpu.sysfs.sriov;

import java.util.Optional;

/**
 * A VF that is enabled but has no DRM card, so that no container can use it.
 *
 * @param driver the bound kernel driver, such as {@code vfio-pci}; empty if there is none
 */
public record VfWithoutCard(Optional<String> driver) {}
