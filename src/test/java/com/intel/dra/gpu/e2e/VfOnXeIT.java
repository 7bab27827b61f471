package com.intel.dra.gpu.e2e;

/** VFs with the quotas of xe in Linux 7.0: {@code sriov_admin}. */
class VfOnXeIT extends VfScenarios {

  VfOnXeIT() {
    super(Topology.TWO_VF_HOSTS_XE);
  }
}
