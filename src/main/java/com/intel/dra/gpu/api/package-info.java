/** The objects of gpu.dra.intel.com/v1alpha, the resource handle, and the reasons of Events. */
@NullMarked
package com.intel.dra.gpu.api;

import org.jspecify.annotations.NullMarked;
