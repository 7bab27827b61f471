package com.intel.dra.gpu.metrics;

import static com.intel.dra.gpu.metrics.Application.CONTROLLER;
import static com.intel.dra.gpu.metrics.Application.NODE_AGENT;
import static com.intel.dra.gpu.metrics.Metric.Type.COUNTER;
import static com.intel.dra.gpu.metrics.Metric.Type.GAUGE;
import static com.intel.dra.gpu.metrics.Metric.Type.HISTOGRAM;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The catalogue of all figures of the driver: {@link Meters} makes no others, and
 * docs/reference/metrics.md shows it as a table. Labels have few values, which are known beforehand
 * or grow with the kinds of hardware; they never name a pod, a claim or a device, but for {@link
 * #MEMORY_IN_USE}.
 */
public enum Metric {
  BUILD_INFO(
      GAUGE,
      "build.info",
      "",
      both(),
      "Always 1; the labels say what runs",
      "application",
      "version",
      "java"),
  MODE(GAUGE, "mode", "", both(), "1 for the mode that the application is in", "mode"),
  API_WRITES(
      COUNTER,
      "api.writes",
      "requests",
      both(),
      "Requests that write to the API server, without dry runs",
      "kind",
      "result"),
  GAS_WRITE_CONFLICTS(
      COUNTER,
      "gas.write.conflicts",
      "requests",
      both(),
      "Writes of a GpuAllocationState that failed because it had changed, and were decided again"),
  RECONCILIATIONS_QUEUED(
      GAUGE,
      "reconciliations.queued",
      "objects",
      both(),
      "Objects that wait for a thread to reconcile them",
      "reconciler"),
  RECONCILIATIONS_RUNNING(
      GAUGE,
      "reconciliations.running",
      "objects",
      both(),
      "Objects that are being reconciled",
      "reconciler"),
  RECONCILIATION_RETRIES(
      COUNTER,
      "reconciliation.retries",
      "looks",
      both(),
      "Reconciliations that are repeated because the previous one failed",
      "reconciler"),
  RECONCILIATION_DURATION(
      HISTOGRAM,
      "reconciliation.duration",
      "seconds",
      both(),
      "How long one reconciliation of an object took",
      "reconciler",
      "result"),

  LEADER(GAUGE, "leader", "", of(CONTROLLER), "1 while this controller leads, else 0"),
  NODES(
      GAUGE,
      "nodes",
      "nodes",
      of(CONTROLLER),
      "Nodes that have a GpuAllocationState, as the leader sees them",
      "status"),
  ALLOCATIONS(
      COUNTER,
      "allocations",
      "attempts",
      of(CONTROLLER),
      "Attempts to allocate the claims of a pod, or one immediate claim",
      "mode",
      "type",
      "result"),
  DEALLOCATIONS(
      COUNTER,
      "deallocations",
      "attempts",
      of(CONTROLLER),
      "Attempts to give the devices of a claim back",
      "mode",
      "type",
      "result"),
  ALLOCATION_LATENCY(
      HISTOGRAM,
      "allocation.latency",
      "seconds",
      of(CONTROLLER),
      "Time from when the controller first saw that claims wait until it wrote them as allocated",
      "mode"),
  ALLOCATION_STAGE_DURATION(
      HISTOGRAM,
      "allocation.stage.duration",
      "seconds",
      of(CONTROLLER),
      "Steps of an attempt to allocate, with their writes",
      "stage"),
  UNSUITABLE_NODES(
      COUNTER,
      "unsuitable.nodes",
      "answers",
      of(CONTROLLER),
      "Nodes that were reported to the scheduler as unsuitable for a pod",
      "reason"),
  SILENT_AGENTS(
      COUNTER,
      "silent.agents",
      "nodes",
      of(CONTROLLER),
      "Nodes that were set to NotReady because their agent did not show that it works"),
  WAITING_PODS(
      GAUGE,
      "waiting.pods",
      "pods",
      of(CONTROLLER),
      "Pods that wait for devices in structured mode, by the reason that the leader found, with "
          + "`GPU_EXPLAIN`; else 0",
      "reason"),

  GPUS(GAUGE, "gpus", "GPUs", of(NODE_AGENT), "GPUs that the node offers", "model"),
  VFS(
      GAUGE,
      "vfs",
      "VFs",
      of(NODE_AGENT),
      "Virtual functions that the node offers, made or being made",
      "model"),
  MEMORY_ALLOCATABLE(
      GAUGE,
      "memory.allocatable",
      "bytes",
      of(NODE_AGENT),
      "Local memory of the GPUs that the node offers",
      "model"),
  MEMORY_ALLOCATED(
      GAUGE,
      "memory.allocated",
      "bytes",
      of(NODE_AGENT),
      "Local memory that claims hold; a claim of classic DRA that states none counts as 0",
      "model"),
  MEMORY_IN_USE(
      GAUGE,
      "memory.in.use",
      "bytes",
      of(NODE_AGENT),
      "Local memory of a GPU or VF that a container uses, as its control group states; only if that"
          + " is switched on",
      "pod_namespace",
      "pod_name",
      "container_id",
      "gpu"),
  SHARES_ALLOCATABLE(
      GAUGE,
      "shares.allocatable",
      "shares",
      of(NODE_AGENT),
      "Shares of the GPUs that are shared by count or without limit",
      "model"),
  SHARES_ALLOCATED(
      GAUGE,
      "shares.allocated",
      "shares",
      of(NODE_AGENT),
      "Shares by count that claims hold",
      "model"),
  POLICY_REFUSED(
      GAUGE,
      "policy.refused",
      "",
      of(NODE_AGENT),
      "1 while the rules for GPUs are refused and those before hold, else 0"),
  ALLOCATED_CLAIMS(
      GAUGE,
      "allocated.claims",
      "claims",
      of(NODE_AGENT),
      "Claims on the node's record: in structured mode the agent records a claim when the kubelet asks for it"),
  PREPARED_CLAIMS(
      GAUGE,
      "prepared.claims",
      "claims",
      of(NODE_AGENT),
      "Claims that are prepared for containers"),
  PREPARE_REQUESTS(
      COUNTER,
      "prepare.requests",
      "claims",
      of(NODE_AGENT),
      "Claims that the kubelet asked to prepare, by the answer",
      "api_version",
      "result"),
  PREPARE_DURATION(
      HISTOGRAM,
      "prepare.duration",
      "seconds",
      of(NODE_AGENT),
      "How long the kubelet waited for a claim to be prepared, waits for VFs and for other calls"
          + " included",
      "result"),
  UNPREPARE_REQUESTS(
      COUNTER,
      "unprepare.requests",
      "claims",
      of(NODE_AGENT),
      "Claims that the kubelet asked to unprepare, by the answer",
      "api_version",
      "result"),
  UNPREPARE_DURATION(
      HISTOGRAM,
      "unprepare.duration",
      "seconds",
      of(NODE_AGENT),
      "How long the kubelet waited for a claim to be unprepared",
      "result"),
  CALLS_IN_FLIGHT(
      GAUGE,
      "calls.in.flight",
      "claims",
      of(NODE_AGENT),
      "Claims that the kubelet waits for now",
      "call"),
  VF_PROVISIONINGS(
      COUNTER,
      "vf.provisionings",
      "attempts",
      of(NODE_AGENT),
      "Attempts to make the VFs of a GPU",
      "result"),
  VF_PROVISIONING_DURATION(
      HISTOGRAM,
      "vf.provisioning.duration",
      "seconds",
      of(NODE_AGENT),
      "How long an attempt to make the VFs of a GPU took",
      "result"),
  VF_REMOVALS(
      COUNTER,
      "vf.removals",
      "attempts",
      of(NODE_AGENT),
      "Attempts to remove the VFs of a GPU",
      "result"),
  VF_REMOVAL_DURATION(
      HISTOGRAM,
      "vf.removal.duration",
      "seconds",
      of(NODE_AGENT),
      "How long an attempt to remove the VFs of a GPU took",
      "result"),
  SLICE_PUBLICATIONS(
      COUNTER,
      "slice.publications",
      "attempts",
      of(NODE_AGENT),
      "Attempts to publish the node's devices as ResourceSlices; none in classic mode",
      "result"),
  DEVICE_HEALTH(
      GAUGE,
      "device.health",
      "GPUs",
      of(NODE_AGENT),
      "GPUs that are or were on the node, by their state",
      "state"),
  SKIPPED_DEVICES(
      GAUGE,
      "skipped.devices",
      "devices",
      of(NODE_AGENT),
      "GPUs and VFs that are on the node and not offered",
      "reason"),
  DISCOVERY_ERRORS(
      COUNTER,
      "discovery.errors",
      "looks",
      of(NODE_AGENT),
      "Discoveries of the node's devices that failed; what the node offers stayed as it was");

  /** The prefix of all names in Prometheus. */
  public static final String PREFIX = "gpu_dra_";

  /** The type of a metric, with Prometheus' names. */
  public enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  private final Type type;
  private final String dottedName;
  private final String unit;
  private final Set<Application> applications;
  private final String meaning;
  private final List<String> labels;

  Metric(
      Type type,
      String name,
      String unit,
      Set<Application> applications,
      String meaning,
      String... labels) {
    this.type = type;
    this.dottedName = "gpu.dra." + name;
    this.unit = unit;
    this.applications = applications;
    this.meaning = meaning;
    this.labels = List.of(labels);
  }

  private static Set<Application> both() {
    return Set.of(CONTROLLER, NODE_AGENT);
  }

  private static Set<Application> of(Application application) {
    return Set.of(application);
  }

  public Type type() {
    return type;
  }

  /** The name in Prometheus, with its suffixes. */
  public String prometheusName() {
    String name = dottedName.replace('.', '_');
    return switch (type) {
      case COUNTER -> name + "_total";
      case HISTOGRAM -> name + "_seconds";
      case GAUGE -> hasBaseUnit() ? name + "_" + unit : name;
    };
  }

  /** The name in Micrometer, which appends the usual suffixes. */
  String dottedName() {
    return dottedName;
  }

  /** The unit of what it counts or measures; empty for a figure that is 0 or 1. */
  public String unit() {
    return unit;
  }

  /** Whether the unit is a suffix of the name in Prometheus. */
  boolean hasBaseUnit() {
    return unit.equals("bytes");
  }

  /** The applications that show it, in their fixed order. */
  public List<Application> applications() {
    return Arrays.stream(Application.values()).filter(applications::contains).toList();
  }

  /** One sentence, which is also its help text. */
  public String meaning() {
    return meaning;
  }

  /** Its labels; figures of the agent have {@code node} in addition. */
  public List<String> labels() {
    return labels;
  }
}
