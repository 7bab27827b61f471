/**
 * GPUs that are not there: a sysfs tree and device nodes made from a topology file, for clusters,
 * demonstrations and tests without hardware.
 *
 * <p>What the kernel shows ({@link com.intel.dra.gpu.simulator.KernelTree}) and what it does with a
 * write ({@link com.intel.dra.gpu.simulator.SriovRules}) are values and decisions. {@link
 * com.intel.dra.gpu.simulator.SimulatedKernel} carries them out, in time and with the faults asked
 * for. {@link com.intel.dra.gpu.simulator.ServedNode} puts it in front of readers as a mounted file
 * system; {@link com.intel.dra.gpu.simulator.SimulatedNode} only writes the tree as ordinary files.
 */
@NullMarked
package com.intel.dra.gpu.simulator;

import org.jspecify.annotations.NullMarked;
