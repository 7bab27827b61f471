/** The simulator's program: its arguments, and the two kinds of node that it makes. */
@NullMarked
package com.intel.dra.gpu.simulator.program;

import org.jspecify.annotations.NullMarked;
