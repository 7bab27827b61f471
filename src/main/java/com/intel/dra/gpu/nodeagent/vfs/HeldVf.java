package com.intel.dra.gpu.nodeagent.vfs;

/**
 * A VF that a claim holds, made or not.
 *
 * @param memoryMiB what the claim was promised
 * @param profile how it is to be made; empty when it existed as the claim was given it
 * @param prepared whether containers may be using it
 */
public record HeldVf(int index, int memoryMiB, String profile, boolean prepared) {}
