/** Looks at a node: what the API server, the disk and the hardware say of it, as one value. */
@NullMarked
package com.intel.dra.gpu.selfcheck.look;

import org.jspecify.annotations.NullMarked;
