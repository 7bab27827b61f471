/**
 * Compares what the sources say about a node, and lists where they disagree. Pure: no I/O, no
 * clock.
 */
@NullMarked
package com.intel.dra.gpu.selfcheck.compare;

import org.jspecify.annotations.NullMarked;
