/** Compares what the sources say of a node, and lists where they do not agree. Pure. */
@NullMarked
package com.intel.dra.gpu.selfcheck.compare;

import org.jspecify.annotations.NullMarked;
