package com.intel.dra.gpu.nodeagent.vfs;

/**
 * A VF that a claim holds, whether it exists yet or not.
 *
 * @param memoryMiB what the claim was promised
 * @param profile the profile to make it with; empty if it existed when the claim was given it
 * @param prepared whether containers may be using it
 */
public record HeldVf(int index, int memoryMiB, String profile, boolean prepared) {}
