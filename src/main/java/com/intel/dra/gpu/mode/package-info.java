/** Determines for both applications whether a cluster uses classic or structured DRA. */
@NullMarked
package com.intel.dra.gpu.mode;

import org.jspecify.annotations.NullMarked;
