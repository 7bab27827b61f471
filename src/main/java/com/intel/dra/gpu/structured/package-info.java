/**
 * What structured DRA (Kubernetes 1.34 and later) and this driver say to each other about GPUs: the
 * devices that are published for the scheduler, and the scheduler's results read back. Pure: no
 * I/O, no clock.
 */
@NullMarked
package com.intel.dra.gpu.structured;

import org.jspecify.annotations.NullMarked;
