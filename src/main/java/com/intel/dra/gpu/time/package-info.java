/** The time by which the driver waits. */
@NullMarked
package com.intel.dra.gpu.time;

import org.jspecify.annotations.NullMarked;
