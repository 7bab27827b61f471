/** Determines what is free on each node, and whether the claims of a pod fit there. */
@NullMarked
package com.intel.dra.gpu.controller.placing;

import org.jspecify.annotations.NullMarked;
