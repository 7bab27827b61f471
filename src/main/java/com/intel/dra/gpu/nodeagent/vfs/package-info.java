/** Decides which VFs to make or remove, and does it on the hardware. */
@NullMarked
package com.intel.dra.gpu.nodeagent.vfs;

import org.jspecify.annotations.NullMarked;
