/** The simulated kernel: the tree that it shows, its rules for writes, and its faults. */
@NullMarked
package com.intel.dra.gpu.simulator.kernel;

import org.jspecify.annotations.NullMarked;
