package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.GpuAllocationState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An informer that shows what it is given and counts the signals. */
class TestingGasInformer extends GasInformer {

  volatile @Nullable GpuAllocationState gas;
  volatile int signals;

  TestingGasInformer(AgentConfig config) {
    super(config);
  }

  @Override
  Optional<GpuAllocationState> current() {
    return Optional.ofNullable(gas);
  }

  @Override
  synchronized void reconcileSoon() {
    signals++;
  }

  @Override
  void reconcileInAWhile() {
    reconcileSoon();
  }
}
