/** Time as the driver waits by it. */
@NullMarked
package com.intel.dra.gpu.time;

import org.jspecify.annotations.NullMarked;
