package com.intel.dra.gpu.bench.results;

import java.util.List;

/**
 * One run of {@code bench/prepare}.
 *
 * @param protocol "classic" or "v1"
 * @param gpus of the node
 * @param pairs of calls, one claim each, that were measured
 * @param servesAfterSeconds from the agent's start until it serves the kubelet
 * @param prepare one claim a call
 * @param unprepare one claim a call
 * @param claimsInBatch of each call of a batch
 * @param batchPrepare many claims a call
 * @param batchUnprepare many claims a call
 * @param atStart when the agent serves the kubelet
 * @param afterPairs after the warm-up and the pairs
 * @param atEnd after the batches and the time at rest
 * @param idlePercent of one core, at rest
 * @param traffic of the agent with the API server, while the pairs were measured
 */
public record PrepareResult(
    String protocol,
    int gpus,
    int pairs,
    double servesAfterSeconds,
    Milliseconds prepare,
    Milliseconds unprepare,
    int claimsInBatch,
    Milliseconds batchPrepare,
    Milliseconds batchUnprepare,
    Memory atStart,
    Memory afterPairs,
    Memory atEnd,
    double idlePercent,
    Traffic traffic) {

  /** How long calls took. */
  public record Milliseconds(List<Double> values) {

    public Milliseconds {
      values = List.copyOf(values);
    }

    /** Returns the quantiles of the calls' durations. */
    public Quantiles quantiles() {
      return new Quantiles(values);
    }
  }
}
