/** Allocates devices to claims, for a pod that waits or immediately. */
@NullMarked
package com.intel.dra.gpu.controller.allocate;

import org.jspecify.annotations.NullMarked;
