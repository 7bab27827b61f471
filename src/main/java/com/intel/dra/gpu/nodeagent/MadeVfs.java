package com.intel.dra.gpu.nodeagent;

/**
 * What this driver made of a GPU.
 *
 * @param memoryMiB what each VF has at least
 * @param verified false while they are being made: an agent that finds it so has died meanwhile,
 *     and the VFs may be incomplete
 */
record MadeVfs(String profile, int memoryMiB, boolean verified) {}
