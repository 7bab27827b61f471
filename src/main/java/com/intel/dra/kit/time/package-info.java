/** Clocks, deadlines and periodic tasks: how the driver waits. */
@NullMarked
package com.intel.dra.kit.time;

import org.jspecify.annotations.NullMarked;
