@NullMarked
package com.intel.dra.gpu.simulator;

import org.jspecify.annotations.NullMarked;
