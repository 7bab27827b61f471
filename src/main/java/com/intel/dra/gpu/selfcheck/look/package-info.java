/** Reads what the API server, the disk and the hardware say about a node into one value. */
@NullMarked
package com.intel.dra.gpu.selfcheck.look;

import org.jspecify.annotations.NullMarked;
