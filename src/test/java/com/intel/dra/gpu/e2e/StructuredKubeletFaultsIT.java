package com.intel.dra.gpu.e2e;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With structured DRA. */
@Tag("structured")
class StructuredKubeletFaultsIT extends KubeletFaults {

  StructuredKubeletFaultsIT() {
    super(new GpuPods.Structured(new StructuredCluster(Topology.USUAL)));
  }

  /** The usual tests run it with classic DRA. */
  @Override
  @Test
  @Tag("faults")
  void aClaimThatCannotBePreparedOrUnpreparedIsWhenItCanAlsoAcrossARestartOfTheKubelet() {
    super.aClaimThatCannotBePreparedOrUnpreparedIsWhenItCanAlsoAcrossARestartOfTheKubelet();
  }
}
