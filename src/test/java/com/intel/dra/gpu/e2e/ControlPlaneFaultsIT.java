package com.intel.dra.gpu.e2e;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With classic DRA. */
class ControlPlaneFaultsIT extends ControlPlaneFaults {

  ControlPlaneFaultsIT() {
    super(new GpuPods.Classic(new RealCluster(Topology.USUAL)));
  }

  /** Takes long; the usual tests run it with structured DRA. */
  @Override
  @Test
  @Tag("faults")
  void aMinuteWithoutApiServerIsSurvivedByPodsThatWaitStartRunAndEnd() {
    super.aMinuteWithoutApiServerIsSurvivedByPodsThatWaitStartRunAndEnd();
  }
}
