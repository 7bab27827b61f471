/**
 * Keeps the ResourceSlices at the API server equal to a wanted pool: the thread, the retries and
 * the writes.
 */
@NullMarked
package com.intel.dra.kit.slices.keeper;

import org.jspecify.annotations.NullMarked;
