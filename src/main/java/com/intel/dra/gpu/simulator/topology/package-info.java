/** The topology file: which GPUs are simulated and with which faults. */
@NullMarked
package com.intel.dra.gpu.simulator.topology;

import org.jspecify.annotations.NullMarked;
