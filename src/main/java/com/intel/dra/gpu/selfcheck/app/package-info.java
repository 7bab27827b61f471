/** The command self-check: its arguments, the repeated comparison and the report. */
@NullMarked
package com.intel.dra.gpu.selfcheck.app;

import org.jspecify.annotations.NullMarked;
