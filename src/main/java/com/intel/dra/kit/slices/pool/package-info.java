/**
 * Lays out a wanted pool of devices as ResourceSlices, and computes the difference from those that
 * exist. Pure: no I/O, no clock.
 */
@NullMarked
package com.intel.dra.kit.slices.pool;

import org.jspecify.annotations.NullMarked;
