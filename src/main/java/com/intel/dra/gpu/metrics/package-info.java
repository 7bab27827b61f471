/**
 * What Prometheus sees of the two applications: the catalogue of all figures, the only place where
 * meters are made, and those figures that come from libraries which both applications use. Knows
 * nothing of GPUs.
 */
@NullMarked
package com.intel.dra.gpu.metrics;

import org.jspecify.annotations.NullMarked;
