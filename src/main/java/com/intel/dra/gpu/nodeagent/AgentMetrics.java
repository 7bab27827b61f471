package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.kubelet.PluginApiVersion;
import com.intel.dra.gpu.kubelet.PluginCallListener;
import com.intel.dra.gpu.kubelet.PrepareResult;
import com.intel.dra.gpu.kubelet.UnprepareResult;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * What Prometheus sees of the node agent: {@code gpu_dra_prepare_requests_total} and {@code
 * gpu_dra_unprepare_requests_total} by {@code api_version} and {@code result} (success or error),
 * of single claims, and {@code gpu_dra_prepared_claims}.
 */
@Singleton
class AgentMetrics implements PluginCallListener {

  private static final String PREPARE = "gpu.dra.prepare.requests";
  private static final String UNPREPARE = "gpu.dra.unprepare.requests";
  private static final String SUCCESS = "success";
  private static final String ERROR = "error";

  private final MeterRegistry registry;

  @Inject
  AgentMetrics(MeterRegistry registry, PreparedClaims prepared) {
    this.registry = registry;
    registry.gauge("gpu.dra.prepared.claims", prepared, claims -> claims.all().size());
  }

  @Override
  public void prepareAnswered(PluginApiVersion version, PrepareResult result) {
    count(PREPARE, version, result instanceof PrepareResult.Prepared ? SUCCESS : ERROR);
  }

  @Override
  public void unprepareAnswered(PluginApiVersion version, UnprepareResult result) {
    count(UNPREPARE, version, result instanceof UnprepareResult.Unprepared ? SUCCESS : ERROR);
  }

  private void count(String name, PluginApiVersion version, String result) {
    registry.counter(name, "api_version", version.label(), "result", result).increment();
  }
}
