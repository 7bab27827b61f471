package com.intel.dra.gpu.e2e;

/** VFs with the quotas of the out-of-tree i915: {@code prelim_iov}. */
class VfOnI915IT extends VfScenarios {

  VfOnI915IT() {
    super(Topology.TWO_VF_HOSTS_I915);
  }
}
