/** How much of the GPUs' memory the pods that hold them use, as the control groups say. */
@NullMarked
package com.intel.dra.gpu.nodeagent.memoryuse;

import org.jspecify.annotations.NullMarked;
