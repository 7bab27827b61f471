/**
 * GPUs that are not there: a sysfs tree and device nodes made from a topology file, for clusters,
 * demonstrations and tests without hardware.
 *
 * <p>What a GPU looks like ({@link com.intel.dra.gpu.simulator.KernelTree}, pure values) is kept
 * apart from how it gets in front of a reader ({@link com.intel.dra.gpu.simulator.SimulatedNode},
 * ordinary files). A file system that answers writes as the kernel does can serve the same values.
 */
@NullMarked
package com.intel.dra.gpu.simulator;

import org.jspecify.annotations.NullMarked;
