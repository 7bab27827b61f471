package com.intel.dra.gpu.bench;

import java.util.LinkedHashMap;
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
 * @param cpuSeconds that other processes took meanwhile, this benchmark itself too, by name
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
    Map<String, Double> cpuSeconds,
    double driverResidentMiB,
    double driverHighestResidentMiB,
    Map<String, Long> requests) {

  double podsPerSecond() {
    return pods / seconds;
  }

  double cpuMillisecondsPerPod() {
    return 1000 * driverCpuSeconds / pods;
  }

  /** Of other processes, the one that takes most first. */
  Map<String, Double> otherCpuMillisecondsPerPod() {
    var perPod = new LinkedHashMap<String, Double>();
    cpuSeconds.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(process -> perPod.put(process.getKey(), 1000 * process.getValue() / pods));
    return perPod;
  }

  /** Of this machine's cores, taken by the driver and the other processes. */
  double coresUsed() {
    return (driverCpuSeconds + cpuSeconds.values().stream().mapToDouble(s -> s).sum()) / seconds;
  }
}
