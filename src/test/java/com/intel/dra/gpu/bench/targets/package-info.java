/** What the driver may cost, and whether a run of {@code bench/all} shows that it costs no more. */
@NullMarked
package com.intel.dra.gpu.bench.targets;

import org.jspecify.annotations.NullMarked;
