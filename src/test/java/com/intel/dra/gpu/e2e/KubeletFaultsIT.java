package com.intel.dra.gpu.e2e;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With classic DRA. */
class KubeletFaultsIT extends KubeletFaults {

  private static final String PATIENCE = "GPU_ABANDONED_CLAIMS_AFTER";

  KubeletFaultsIT() {
    super(new GpuPods.Classic(new RealCluster(Topology.USUAL)));
  }

  @Override
  void letAgentForgetClaimsSoon() {
    new Driver(cluster).setAgentsEnvironment(PATIENCE, "20s");
  }

  @AfterEach
  void asBefore() {
    new Driver(cluster).setAgentsEnvironment(PATIENCE, "");
  }

  /** Takes long; the usual tests run it with structured DRA. */
  @Override
  @Test
  @Tag("faults")
  void whatHappensToPodsWhileTheKubeletIsDownIsMadeUpForWhenItIsBack() {
    super.whatHappensToPodsWhileTheKubeletIsDownIsMadeUpForWhenItIsBack();
  }
}
