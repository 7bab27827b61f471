/** GPUs and VFs as CDI devices. */
@NullMarked
package com.intel.dra.gpu.nodeagent.cdi;

import org.jspecify.annotations.NullMarked;
