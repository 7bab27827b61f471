/**
 * Reads the local memory of a GPU or VF, by an ioctl on the DRM node that the kernel driver
 * answers.
 */
@NullMarked
package com.intel.dra.gpu.sysfs.drm;

import org.jspecify.annotations.NullMarked;
