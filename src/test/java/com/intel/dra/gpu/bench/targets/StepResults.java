package com.intel.dra.gpu.bench.targets;

import com.intel.dra.gpu.bench.results.PrepareResult;
import com.intel.dra.gpu.bench.results.PublishResult;
import com.intel.dra.gpu.bench.results.SchedulingResult;
import com.intel.dra.gpu.bench.results.StartResult;
import com.intel.dra.gpu.bench.results.StructuredResult;
import java.util.List;

/**
 * What a step measured; most lists are empty, because a step is one benchmark.
 *
 * @param kubelet the kubelet's own metrics, for each kind of operation
 * @param decisions what JMH measured
 */
record StepResults(
    List<SchedulingResult> scheduling,
    List<StructuredResult> structured,
    List<PrepareResult> prepare,
    List<PublishResult> publish,
    List<StartResult> start,
    List<KubeletOperation> kubelet,
    List<Decision> decisions) {

  static final StepResults NONE =
      new StepResults(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

  /**
   * Calls that the kubelet counted after it had made the first ones.
   *
   * @param name of the metric and of the operation
   * @param count how many
   * @param averageMilliseconds of them
   */
  record KubeletOperation(String name, long count, double averageMilliseconds) {}

  /**
   * The time for one decision.
   *
   * @param benchmark the method
   * @param nodes that the pod may be placed on
   * @param microseconds that it took
   */
  record Decision(String benchmark, int nodes, double microseconds) {}
}
