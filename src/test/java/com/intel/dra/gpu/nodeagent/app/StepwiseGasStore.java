package com.intel.dra.gpu.nodeagent.app;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.nodeagent.config.AgentConfig;
import com.intel.dra.gpu.nodeagent.gas.GasStore;
import com.intel.dra.gpu.nodeagent.gas.TestingGasStore;
import java.util.Optional;

/** One process' connection to the API server; the API server outlives the process. */
@SuppressWarnings("NullAway") // there is no client, and nothing uses it
final class StepwiseGasStore extends GasStore {

  private final ProcessLife processLife;
  private final TestingGasStore server;

  StepwiseGasStore(ProcessLife processLife, TestingGasStore server, AgentConfig config) {
    super(null, config);
    this.processLife = processLife;
    this.server = server;
  }

  @Override
  public Optional<GpuAllocationState> get() {
    processLife.requireAlive();
    return server.get();
  }

  @Override
  public Outcome patch(GpuAllocationState made, String mergePatch) {
    return processLife.step("GAS " + mergePatch, () -> server.patch(made, mergePatch));
  }
}
