/**
 * The simulator of GPUs: a sysfs tree and device nodes made from a topology file, for clusters,
 * demonstrations and tests without hardware.
 *
 * <p>What the kernel shows ({@link com.intel.dra.gpu.simulator.kernel.KernelTree}) is a value, and
 * what it does with a write ({@link com.intel.dra.gpu.simulator.kernel.SriovRules}) is a decision.
 * {@link com.intel.dra.gpu.simulator.kernel.SimulatedKernel} carries them out, with the kernel's
 * delays and the configured faults. {@link com.intel.dra.gpu.simulator.program.FuseNode} offers the
 * result to readers as a mounted file system; {@link
 * com.intel.dra.gpu.simulator.program.FolderNode} only writes the tree as ordinary files.
 */
@NullMarked
package com.intel.dra.gpu.simulator;

import org.jspecify.annotations.NullMarked;
