/** Determines which of two agents on a node acts, and shows by a Lease that the agent works. */
@NullMarked
package com.intel.dra.gpu.nodeagent.life;

import org.jspecify.annotations.NullMarked;
