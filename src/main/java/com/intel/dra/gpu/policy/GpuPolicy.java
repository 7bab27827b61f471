package com.intel.dra.gpu.policy;

/**
 * What is to be made of a GPU.
 *
 * @param offered whether new claims may have it, or VFs of it
 * @param vfsOnDemand into how many VFs it is split on demand at most; 0 for none
 */
public record GpuPolicy(boolean offered, GpuSharing sharing, int vfsOnDemand) {

  /** The policy of a GPU that is offered. */
  public GpuPolicy(GpuSharing sharing, int vfsOnDemand) {
    this(true, sharing, vfsOnDemand);
  }
}
