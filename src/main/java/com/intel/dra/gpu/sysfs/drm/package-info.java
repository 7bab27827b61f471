/** The local memory of a GPU or VF, as its kernel driver answers an ioctl on the DRM node. */
@NullMarked
package com.intel.dra.gpu.sysfs.drm;

import org.jspecify.annotations.NullMarked;
