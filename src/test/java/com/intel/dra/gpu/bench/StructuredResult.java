package com.intel.dra.gpu.bench;

import java.util.List;
import java.util.Map;

/**
 * One row of {@link StructuredBench}, measured once.
 *
 * @param row its text
 * @param nodes of the cluster
 * @param slicesPerNode ResourceSlices
 * @param devicesPerNode devices in them
 * @param pods how many were made
 * @param seconds from the first request for a pod until the last pod was bound to a node
 * @param boundAfterSeconds for each pod, from its own request until it was bound
 * @param cpuSeconds that each process used meanwhile, by name
 */
record StructuredResult(
    String row,
    int nodes,
    int slicesPerNode,
    int devicesPerNode,
    int pods,
    double seconds,
    List<Double> boundAfterSeconds,
    Map<String, Double> cpuSeconds) {

  static final String SCHEDULER = "kube-scheduler";
  static final String API_SERVER = "kube-apiserver";

  StructuredResult {
    boundAfterSeconds = List.copyOf(boundAfterSeconds);
    cpuSeconds = Map.copyOf(cpuSeconds);
  }

  double podsPerSecond() {
    return pods / seconds;
  }

  /**
   * @param process its name
   */
  double cpuMillisecondsPerPod(String process) {
    return 1000 * cpuSeconds.getOrDefault(process, 0.0) / pods;
  }
}
