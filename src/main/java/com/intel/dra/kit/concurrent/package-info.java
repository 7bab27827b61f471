/**
 * Combines the requests of several threads into one operation, and runs work for the same key in
 * sequence.
 */
@NullMarked
package com.intel.dra.kit.concurrent;

import org.jspecify.annotations.NullMarked;
