package com.intel.dra.gpu.bench.results;

import java.util.Map;

/**
 * One run of {@code bench/start}.
 *
 * @param nodes of the cluster
 * @param claims that were allocated before
 * @param seconds from the controller's start until it had allocated one more claim
 * @param cpuSeconds that it had used then
 * @param residentMiB RSS then
 * @param laterCpuSeconds that it had used some time later
 * @param laterResidentMiB RSS at that time
 * @param requests of the controller, by "verb resource"
 */
public record StartResult(
    int nodes,
    int claims,
    double seconds,
    double cpuSeconds,
    double residentMiB,
    double laterCpuSeconds,
    double laterResidentMiB,
    Map<String, Long> requests) {

  public StartResult {
    requests = Map.copyOf(requests);
  }
}
