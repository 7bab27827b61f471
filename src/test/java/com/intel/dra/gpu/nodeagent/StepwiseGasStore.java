package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.api.GpuAllocationState;
import java.util.Optional;

/** One process' connection to the API server that outlives it. */
@SuppressWarnings("NullAway") // the client that is not there is not asked
final class StepwiseGasStore extends GasStore {

  private final Life life;
  private final TestingGasStore server;

  StepwiseGasStore(Life life, TestingGasStore server, AgentConfig config) {
    super(null, config);
    this.life = life;
    this.server = server;
  }

  @Override
  Optional<GpuAllocationState> get() {
    life.requireAlive();
    return server.get();
  }

  @Override
  Outcome patch(GpuAllocationState made, String mergePatch) {
    return life.step("GAS " + mergePatch, () -> server.patch(made, mergePatch));
  }
}
