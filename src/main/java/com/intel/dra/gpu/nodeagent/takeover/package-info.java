/** What the Go driver's pods hold is kept, when this driver takes the place of that one. */
@NullMarked
package com.intel.dra.gpu.nodeagent.takeover;

import org.jspecify.annotations.NullMarked;
