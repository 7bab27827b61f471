package com.intel.dra.gpu.bench.results;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of {@code bench/scheduling}.
 *
 * @param driver the driver whose controller ran, or "none"
 * @param nodes of the cluster
 * @param gpusPerNode of each node
 * @param pods how many were made
 * @param claimsPerPod of each pod
 * @param wave 1 for the first pods of a control plane, 2 for those that follow them, and so on
 * @param seconds from the first request for a pod until the last pod was bound to a node
 * @param boundAfterSeconds for each pod, from its own request until it was bound
 * @param boundAtSeconds for each pod, from the first request until it was bound; sorted
 * @param driverCpuSeconds that the driver used meanwhile
 * @param cpuSeconds that other processes used meanwhile, including this benchmark, by name
 * @param driverResidentMiB at the end
 * @param driverHighestResidentMiB at any time
 * @param traffic of the driver with the API server meanwhile
 */
public record SchedulingResult(
    String driver,
    int nodes,
    int gpusPerNode,
    int pods,
    int claimsPerPod,
    int wave,
    double seconds,
    List<Double> boundAfterSeconds,
    List<Double> boundAtSeconds,
    double driverCpuSeconds,
    Map<String, Double> cpuSeconds,
    double driverResidentMiB,
    double driverHighestResidentMiB,
    Traffic traffic) {

  public double podsPerSecond() {
    return pods / seconds;
  }

  public double cpuMillisecondsPerPod() {
    return 1000 * driverCpuSeconds / pods;
  }

  /** CPU time of the other processes, the largest first. */
  public Map<String, Double> otherCpuMillisecondsPerPod() {
    var perPod = new LinkedHashMap<String, Double>();
    cpuSeconds.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(process -> perPod.put(process.getKey(), 1000 * process.getValue() / pods));
    return perPod;
  }

  /** How many of this machine's cores the driver and the other processes used. */
  public double coresUsed() {
    return (driverCpuSeconds + cpuSeconds.values().stream().mapToDouble(s -> s).sum()) / seconds;
  }
}
