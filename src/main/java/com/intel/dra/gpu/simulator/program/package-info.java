/**
 * The simulator's program: its arguments, and the two kinds of simulated node that it can create.
 */
@NullMarked
package com.intel.dra.gpu.simulator.program;

import org.jspecify.annotations.NullMarked;
