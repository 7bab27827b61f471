package com.intel.dra.gpu.sysfs;

import java.util.Optional;

/**
 * A VF that is enabled and has no DRM card, so that no container can use it.
 *
 * @param driver the kernel driver that it is bound to, such as {@code vfio-pci}; empty for none
 */
public record VfWithoutCard(Optional<String> driver) {}
