package com.intel.dra.gpu.bench;

import java.util.List;
import java.util.Map;

/**
 * One run of {@link SchedulingBench}.
 *
 * @param driver whose controller it was, or "none"
 * @param nodes of the cluster
 * @param gpusPerNode of each
 * @param pods made
 * @param claimsPerPod of each
 * @param seconds from the first request for a pod until the last pod was bound to a node
 * @param boundAfterSeconds for each pod, from that request of its own until it was bound
 * @param boundAtSeconds the same, from the first request, in order
 * @param driverCpuSeconds that the driver took meanwhile
 * @param driverResidentMiB at the end
 * @param driverHighestResidentMiB at any time
 * @param requests of the driver to the API server meanwhile, by "verb resource"
 */
record SchedulingResult(
    String driver,
    int nodes,
    int gpusPerNode,
    int pods,
    int claimsPerPod,
    double seconds,
    List<Double> boundAfterSeconds,
    List<Double> boundAtSeconds,
    double driverCpuSeconds,
    double driverResidentMiB,
    double driverHighestResidentMiB,
    Map<String, Long> requests) {

  double podsPerSecond() {
    return pods / seconds;
  }

  double cpuMillisecondsPerPod() {
    return 1000 * driverCpuSeconds / pods;
  }
}
