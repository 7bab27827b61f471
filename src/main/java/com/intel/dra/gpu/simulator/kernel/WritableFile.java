package com.intel.dra.gpu.simulator.kernel;

/**
 * A file of a GPU that can be written.
 *
 * @param path below the folder of the GPU's device
 */
record WritableFile(KernelPf pf, String path, PfFile kind) {}
