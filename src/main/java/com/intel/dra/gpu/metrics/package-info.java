/**
 * The metrics of the two applications in Prometheus: the catalogue of all figures, the only place
 * where meters are made, and the figures of libraries that both applications use. Knows nothing of
 * GPUs.
 */
@NullMarked
package com.intel.dra.gpu.metrics;

import org.jspecify.annotations.NullMarked;
