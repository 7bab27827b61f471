/** Reacts to nodes: to a GAS that changes, and to an agent that no longer renews its Lease. */
@NullMarked
package com.intel.dra.gpu.controller.nodes;

import org.jspecify.annotations.NullMarked;
