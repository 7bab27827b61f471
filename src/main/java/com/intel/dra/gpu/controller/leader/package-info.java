/** Determines whether this process leads, and lets only the leader write to the API server. */
@NullMarked
package com.intel.dra.gpu.controller.leader;

import org.jspecify.annotations.NullMarked;
