/** The simulated tree as ordinary files below one root folder, which is cleaned up afterwards. */
@NullMarked
package com.intel.dra.gpu.simulator.folder;

import org.jspecify.annotations.NullMarked;
