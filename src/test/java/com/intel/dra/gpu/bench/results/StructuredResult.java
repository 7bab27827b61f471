package com.intel.dra.gpu.bench.results;

import java.util.List;
import java.util.Map;

/**
 * One row of {@code bench/structured}, measured once.
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
public record StructuredResult(
    String row,
    int nodes,
    int slicesPerNode,
    int devicesPerNode,
    int pods,
    double seconds,
    List<Double> boundAfterSeconds,
    Map<String, Double> cpuSeconds) {

  public static final String SCHEDULER = "kube-scheduler";
  public static final String API_SERVER = "kube-apiserver";

  public StructuredResult {
    boundAfterSeconds = List.copyOf(boundAfterSeconds);
    cpuSeconds = Map.copyOf(cpuSeconds);
  }

  public double podsPerSecond() {
    return pods / seconds;
  }

  /**
   * Returns the CPU time that a process used.
   *
   * @param process its name
   */
  public double cpuMillisecondsPerPod(String process) {
    return 1000 * cpuSeconds.getOrDefault(process, 0.0) / pods;
  }
}
