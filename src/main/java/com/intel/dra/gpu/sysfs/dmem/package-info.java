/**
 * Reads the memory of devices that the kernel counts in control groups (its controller {@code
 * dmem}), which needs no privilege, and finds the control groups of pods.
 */
@NullMarked
package com.intel.dra.gpu.sysfs.dmem;

import org.jspecify.annotations.NullMarked;
