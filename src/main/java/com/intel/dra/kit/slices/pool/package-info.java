/**
 * A wanted pool of devices laid out as ResourceSlices, and what differs from those that exist.
 * Pure: no I/O, no clock.
 */
@NullMarked
package com.intel.dra.kit.slices.pool;

import org.jspecify.annotations.NullMarked;
