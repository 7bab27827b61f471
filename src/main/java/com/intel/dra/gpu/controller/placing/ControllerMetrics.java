package com.intel.dra.gpu.controller.placing;

import com.intel.dra.gpu.api.GpuAllocationState;
import com.intel.dra.gpu.controller.cluster.ClusterView;
import com.intel.dra.gpu.controller.leader.Leadership;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.metrics.Meters.Counters;
import com.intel.dra.gpu.metrics.Meters.Durations;
import com.intel.dra.gpu.metrics.Metric;
import com.intel.dra.gpu.mode.DraMode;
import com.intel.dra.kit.time.SteadyClock;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The metrics of the controller; docs/reference/metrics.md lists them. */
@Singleton
@IfBuildProfile("controller")
public class ControllerMetrics {

  private static final int MOST_WAITS = 10_000;

  private final Meters meters;
  private final AllocationWaits allocationWaits =
      new AllocationWaits(MOST_WAITS, new SteadyClock());
  private final Counters allocations;
  private final Counters deallocations;
  private final Durations latencies;
  private final Durations stages;
  private final Counters unsuitableNodes;
  private final Counters silentAgents;
  private final Counters gasWriteConflicts;

  /** How an attempt to allocate ended. */
  public enum AllocationResult {
    ALLOCATED,
    /** The claims do not fit. */
    REFUSED,
    /** Another process changed a claim meanwhile; the attempt is repeated. */
    CONFLICT,
    ERROR
  }

  /** How an attempt to release devices ended. */
  public enum DeallocationResult {
    DEALLOCATED,
    /** Another process changed the claim meanwhile; the attempt is repeated. */
    CONFLICT,
    ERROR
  }

  /** The steps of an attempt to allocate. */
  public enum Stage {
    FINALIZER,
    RECORD,
    STATUS
  }

  public ControllerMetrics(Meters meters) {
    this.meters = meters;
    List<String> modes = labels(AllocationMode.values());
    allocations =
        meters.counters(
            Metric.ALLOCATIONS,
            modes,
            List.of(
                DeviceKindLabel.GPU.label(),
                DeviceKindLabel.VF.label(),
                DeviceKindLabel.MIXED.label()),
            labels(AllocationResult.values()));
    deallocations =
        meters.counters(
            Metric.DEALLOCATIONS,
            modes,
            labels(DeviceKindLabel.values()),
            labels(DeallocationResult.values()));
    latencies = meters.durations(Metric.ALLOCATION_LATENCY, modes);
    stages = meters.durations(Metric.ALLOCATION_STAGE_DURATION, labels(Stage.values()));
    unsuitableNodes = meters.counters(Metric.UNSUITABLE_NODES, NodeAnswer.reasons());
    silentAgents = meters.counters(Metric.SILENT_AGENTS);
    gasWriteConflicts = meters.counters(Metric.GAS_WRITE_CONFLICTS);
  }

  /** Shows whether this process leads, and how many nodes it knows. */
  public void show(Leadership leadership, ClusterView view) {
    meters.gauge(Metric.LEADER, () -> leadership.isLeading() ? 1 : 0);
    meters.gauge(Metric.NODES, () -> nodes(view, true), "ready");
    meters.gauge(Metric.NODES, () -> nodes(view, false), "not_ready");
  }

  private static long nodes(ClusterView view, boolean ready) {
    return view.nodes
        .list()
        .filter(node -> GpuAllocationState.READY.equals(node.getStatus()) == ready)
        .count();
  }

  /** To be called once, when the mode is known. */
  public void mode(DraMode mode) {
    meters.gauge(Metric.MODE, () -> 1, mode.label());
  }

  public void gasWriteConflict() {
    gasWriteConflicts.increment();
  }

  /**
   * Notes that claims wait for allocation; they may have been waiting before.
   *
   * @param uid of the claim, or of the scheduling context of the pod that uses the claims
   */
  public void waiting(String uid) {
    allocationWaits.seen(uid);
  }

  /** Ends a wait that {@link #waiting} has noted, because the claims are allocated. */
  public void waitIsOver(AllocationMode mode, String uid) {
    allocationWaits.over(uid).ifPresent(wait -> latencies.record(wait, mode.label()));
  }

  public void allocation(AllocationMode mode, DeviceKindLabel kinds, AllocationResult result) {
    allocations.increment(mode.label(), kinds.label(), label(result));
  }

  public void deallocation(AllocationMode mode, DeviceKindLabel kinds, DeallocationResult result) {
    deallocations.increment(mode.label(), kinds.label(), label(result));
  }

  public void stage(Stage stage, Duration took) {
    stages.record(took, label(stage));
  }

  public void agentSilent() {
    silentAgents.increment();
  }

  public void unsuitableNode(String reason) {
    unsuitableNodes.increment(reason);
  }

  private static List<String> labels(Enum<?>[] values) {
    return Arrays.stream(values).map(ControllerMetrics::label).toList();
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
