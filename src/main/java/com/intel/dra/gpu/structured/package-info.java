/**
 * The GPUs in structured DRA (Kubernetes 1.31 and later): makes the devices that this driver
 * publishes for the scheduler, and reads the scheduler's results. Pure: no I/O, no clock.
 */
@NullMarked
package com.intel.dra.gpu.structured;

import org.jspecify.annotations.NullMarked;
