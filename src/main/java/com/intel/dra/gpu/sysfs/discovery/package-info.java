/** Finds the GPUs and VFs that the kernel shows, and says why a device is left out. Only reads. */
@NullMarked
package com.intel.dra.gpu.sysfs.discovery;

import org.jspecify.annotations.NullMarked;
