package com.intel.dra.gpu.nodeagent;

import com.intel.dra.gpu.kubelet.PluginApiVersion;
import com.intel.dra.gpu.kubelet.PluginCallListener;
import com.intel.dra.gpu.kubelet.PrepareResult;
import com.intel.dra.gpu.kubelet.UnprepareResult;
import com.intel.dra.gpu.mode.DraMode;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * What Prometheus sees of the node agent: {@code gpu_dra_prepare_requests_total} and {@code
 * gpu_dra_unprepare_requests_total} by {@code api_version} and {@code result} (success or error),
 * of single claims, {@code gpu_dra_prepared_claims}, and {@code gpu_dra_vf_provisionings_total} and
 * {@code gpu_dra_vf_removals_total} by {@code result}, of all VFs of one GPU; {@code
 * gpu_dra_slice_publications_total} by {@code result}; and {@code gpu_dra_mode}, 1 for the {@code
 * mode} that the agent is in.
 */
@Singleton
class AgentMetrics implements PluginCallListener {

  private static final String PREPARE = "gpu.dra.prepare.requests";
  private static final String UNPREPARE = "gpu.dra.unprepare.requests";
  private static final String VF_PROVISIONINGS = "gpu.dra.vf.provisionings";
  private static final String VF_REMOVALS = "gpu.dra.vf.removals";
  private static final String SLICE_WRITES = "gpu.dra.slice.publications";
  private static final String SUCCESS = "success";
  private static final String ERROR = "error";

  private final MeterRegistry registry;

  @Inject
  AgentMetrics(MeterRegistry registry, PreparedClaims prepared, DraMode mode) {
    this.registry = registry;
    mode.showIn(registry);
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

  /** VFs of a GPU were made, or an attempt failed. */
  void vfsMade(boolean success) {
    registry.counter(VF_PROVISIONINGS, "result", success ? SUCCESS : ERROR).increment();
  }

  /** The VFs of a GPU were removed, or an attempt failed. */
  void vfsRemoved(boolean success) {
    registry.counter(VF_REMOVALS, "result", success ? SUCCESS : ERROR).increment();
  }

  /** The scheduler was told of the node's devices. */
  void slicesPublished() {
    registry.counter(SLICE_WRITES, "result", "published").increment();
  }

  /** Somebody else had changed or deleted the slices. */
  void slicesRepaired() {
    registry.counter(SLICE_WRITES, "result", "repaired").increment();
  }

  /** The API server takes the devices for invalid. */
  void slicesRefused() {
    registry.counter(SLICE_WRITES, "result", "refused").increment();
  }

  /** Publishing failed and is tried again. */
  void slicesFailed() {
    registry.counter(SLICE_WRITES, "result", ERROR).increment();
  }

  private void count(String name, PluginApiVersion version, String result) {
    registry.counter(name, "api_version", version.label(), "result", result).increment();
  }
}
