package com.intel.dra.gpu.controller;

import com.intel.dra.gpu.mode.DraMode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;

/** The controller's figures; labels are bounded, never names of objects. */
@Singleton
@IfBuildProfile("controller")
class ControllerMetrics {

  private final MeterRegistry registry;
  private final Counter gasWriteConflicts;

  ControllerMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.gasWriteConflicts =
        Counter.builder("gpu.dra.gas.write.conflicts")
            .description("Writes of a GpuAllocationState that met a newer version and were retried")
            .register(registry);
  }

  /** 1 while this process leads, else 0. */
  void leader(Leadership leadership) {
    registry.gauge("gpu.dra.leader", leadership, now -> now.isLeading() ? 1 : 0);
  }

  /** Told once, when it is known. */
  void mode(DraMode mode) {
    mode.showIn(registry);
  }

  void gasWriteConflict() {
    gasWriteConflicts.increment();
  }

  void allocation(String mode, String result) {
    Counter.builder("gpu.dra.allocations")
        .description("Attempts to allocate the claims of a pod or one immediate claim")
        .tag("mode", mode)
        .tag("result", result)
        .register(registry)
        .increment();
  }

  void deallocation() {
    Counter.builder("gpu.dra.deallocations")
        .description("Claims whose devices were given back")
        .register(registry)
        .increment();
  }

  void agentSilent() {
    Counter.builder("gpu.dra.silent.agents")
        .description("Nodes that were set to NotReady because their agent gave no sign of life")
        .register(registry)
        .increment();
  }

  void unsuitableNode(String reason) {
    Counter.builder("gpu.dra.unsuitable.nodes")
        .description("Nodes that were told to the scheduler as unsuitable for a pod")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }
}
