/**
 * Allocation by the rules of the scheduler's structured allocator (Kubernetes 1.34 to 1.37): which
 * devices a node's pods can have, and what holds a device back. Bounded in its work. Pure: no I/O,
 * no clock.
 */
@NullMarked
package com.intel.dra.gpu.explain.search;

import org.jspecify.annotations.NullMarked;
