/** Metrics and Events of the node agent. */
@NullMarked
package com.intel.dra.gpu.nodeagent.tell;

import org.jspecify.annotations.NullMarked;
