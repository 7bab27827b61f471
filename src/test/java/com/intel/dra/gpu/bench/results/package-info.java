/** What the benchmarks measured, as they leave it in files: values and their JSON. */
@NullMarked
package com.intel.dra.gpu.bench.results;

import org.jspecify.annotations.NullMarked;
