/** Whether this process leads, and that only the leader writes to the API server. */
@NullMarked
package com.intel.dra.gpu.controller.leader;

import org.jspecify.annotations.NullMarked;
