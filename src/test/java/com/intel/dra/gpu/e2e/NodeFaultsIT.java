package com.intel.dra.gpu.e2e;

/** With classic DRA. */
class NodeFaultsIT extends NodeFaults {

  NodeFaultsIT() {
    super(new GpuPods.Classic(new RealCluster(Topology.TWO_VF_HOSTS_I915)));
  }
}
