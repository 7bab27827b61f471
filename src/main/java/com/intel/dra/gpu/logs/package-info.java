/** Keeps log lines honest: what others wrote cannot look like a line of the driver's own. */
@NullMarked
package com.intel.dra.gpu.logs;

import org.jspecify.annotations.NullMarked;
