/**
 * Benchmarks: programs that load a running driver and report the time and resources it took. The
 * scripts in {@code bench/} start what they need; none of this is part of the tests.
 */
@NullMarked
package com.intel.dra.gpu.bench;

import org.jspecify.annotations.NullMarked;
