package com.intel.dra.gpu.e2e;

import org.junit.jupiter.api.Tag;

/** With structured DRA. */
@Tag("structured")
class StructuredNodeFaultsIT extends NodeFaults {

  StructuredNodeFaultsIT() {
    super(new GpuPods.Structured(new StructuredCluster(Topology.TWO_VF_HOSTS_I915)));
  }
}
