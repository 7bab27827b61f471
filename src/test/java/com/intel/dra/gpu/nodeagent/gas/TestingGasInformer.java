package com.intel.dra.gpu.nodeagent.gas;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An informer that shows the GAS that a test sets, and counts the signals. */
public class TestingGasInformer extends GasInformer {

  public volatile @Nullable GpuAllocationState gas;
  public volatile int signals;

  public TestingGasInformer(AgentConfig config) {
    super(config);
  }

  @Override
  public Optional<GpuAllocationState> current() {
    return Optional.ofNullable(gas);
  }

  @Override
  public synchronized void reconcileSoon() {
    signals++;
  }

  @Override
  public void reconcileInAWhile() {
    reconcileSoon();
  }
}
