package com.intel.dra.gpu.nodeagent.tell;

import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.metrics.Meters.Counters;
import com.intel.dra.gpu.metrics.Meters.Durations;
import com.intel.dra.gpu.metrics.Metric;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.gpu.nodeagent.state.PreparedClaims;
import com.intel.dra.kit.kubelet.api.PluginApiVersion;
import com.intel.dra.kit.kubelet.api.PluginCallListener;
import com.intel.dra.kit.kubelet.api.PrepareResult;
import com.intel.dra.kit.kubelet.api.UnprepareResult;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Metrics of what the node agent does; docs/reference/metrics.md has the list. */
@Singleton
public class AgentMetrics implements PluginCallListener {

  private static final String SUCCESS = "success";
  private static final String ERROR = "error";
  private static final List<String> RESULTS = List.of(SUCCESS, ERROR);

  private final Counters prepares;
  private final Durations prepareDurations;
  private final AtomicInteger preparesInFlight = new AtomicInteger();
  private final Counters unprepares;
  private final Durations unprepareDurations;
  private final AtomicInteger unpreparesInFlight = new AtomicInteger();
  private final Counters vfProvisionings;
  private final Durations vfProvisioningDurations;
  private final Counters vfRemovals;
  private final Durations vfRemovalDurations;
  private final Counters slicePublications;
  private final Counters gasWriteConflicts;

  @Inject
  public AgentMetrics(Meters meters, PreparedClaims prepared, DraMode mode) {
    List<String> versions =
        Arrays.stream(PluginApiVersion.values()).map(PluginApiVersion::label).toList();
    prepares = meters.counters(Metric.PREPARE_REQUESTS, versions, RESULTS);
    prepareDurations = meters.durations(Metric.PREPARE_DURATION, RESULTS);
    unprepares = meters.counters(Metric.UNPREPARE_REQUESTS, versions, RESULTS);
    unprepareDurations = meters.durations(Metric.UNPREPARE_DURATION, RESULTS);
    vfProvisionings = meters.counters(Metric.VF_PROVISIONINGS, RESULTS);
    vfProvisioningDurations = meters.durations(Metric.VF_PROVISIONING_DURATION, RESULTS);
    vfRemovals = meters.counters(Metric.VF_REMOVALS, RESULTS);
    vfRemovalDurations = meters.durations(Metric.VF_REMOVAL_DURATION, RESULTS);
    slicePublications =
        meters.counters(
            Metric.SLICE_PUBLICATIONS, List.of("published", "repaired", "refused", ERROR));
    gasWriteConflicts = meters.counters(Metric.GAS_WRITE_CONFLICTS);
    meters.gauge(Metric.CALLS_IN_FLIGHT, preparesInFlight::get, "prepare");
    meters.gauge(Metric.CALLS_IN_FLIGHT, unpreparesInFlight::get, "unprepare");
    meters.gauge(Metric.PREPARED_CLAIMS, () -> prepared.all().size());
    meters.gauge(Metric.MODE, () -> 1, mode.label());
  }

  @Override
  public void prepareBegun() {
    preparesInFlight.incrementAndGet();
  }

  @Override
  public void prepareAnswered(PluginApiVersion version, PrepareResult result, Duration took) {
    String label = result(result instanceof PrepareResult.Prepared);
    preparesInFlight.decrementAndGet();
    prepares.increment(version.label(), label);
    prepareDurations.record(took, label);
  }

  @Override
  public void unprepareBegun() {
    unpreparesInFlight.incrementAndGet();
  }

  @Override
  public void unprepareAnswered(PluginApiVersion version, UnprepareResult result, Duration took) {
    String label = result(result instanceof UnprepareResult.Unprepared);
    unpreparesInFlight.decrementAndGet();
    unprepares.increment(version.label(), label);
    unprepareDurations.record(took, label);
  }

  /** VFs of a GPU were made, or an attempt failed. */
  public void vfsMade(boolean success, Duration took) {
    vfProvisionings.increment(result(success));
    vfProvisioningDurations.record(took, result(success));
  }

  /** The VFs of a GPU were removed, or an attempt failed. */
  public void vfsRemoved(boolean success, Duration took) {
    vfRemovals.increment(result(success));
    vfRemovalDurations.record(took, result(success));
  }

  /** The node's devices were published for the scheduler. */
  public void slicesPublished() {
    slicePublications.increment("published");
  }

  /** Another client had changed or deleted the slices. */
  public void slicesRepaired() {
    slicePublications.increment("repaired");
  }

  /** The API server refused the devices as invalid. */
  public void slicesRefused() {
    slicePublications.increment("refused");
  }

  /** Publishing failed and will be tried again. */
  public void slicesFailed() {
    slicePublications.increment(ERROR);
  }

  /** The GAS was newer than the version that a write was based on. */
  public void gasWriteConflict() {
    gasWriteConflicts.increment();
  }

  private static String result(boolean success) {
    return success ? SUCCESS : ERROR;
  }
}
