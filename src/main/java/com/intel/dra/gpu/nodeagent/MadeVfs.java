package com.intel.dra.gpu.nodeagent;

/**
 * What this driver made of a GPU.
 *
 * @param profile empty for VFs of somebody else that are being removed
 * @param memoryMiB what each VF has at least
 * @param verified false while they are being made or removed: an agent that finds it so has died
 *     meanwhile, and the VFs may be incomplete
 */
public record MadeVfs(String profile, int memoryMiB, boolean verified) {}
