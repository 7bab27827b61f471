/** Classic or structured DRA: which of the two a cluster has, for both applications. */
@NullMarked
package com.intel.dra.gpu.mode;

import org.jspecify.annotations.NullMarked;
