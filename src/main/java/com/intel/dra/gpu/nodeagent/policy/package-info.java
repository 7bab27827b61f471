/** The administrator's rules for GPUs: read from a file, and which of them each GPU follows. */
@NullMarked
package com.intel.dra.gpu.nodeagent.policy;

import org.jspecify.annotations.NullMarked;
