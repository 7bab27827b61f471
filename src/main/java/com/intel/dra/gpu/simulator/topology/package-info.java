/** Which GPUs are simulated and with which faults: the topology file. */
@NullMarked
package com.intel.dra.gpu.simulator.topology;

import org.jspecify.annotations.NullMarked;
