package com.intel.dra.gpu.controller.explaining;

import com.intel.dra.gpu.explain.WaitReason;
import com.intel.dra.gpu.metrics.Meters;
import com.intel.dra.gpu.metrics.Metric;
import java.util.Map;

/** How many pods wait for which reason, as the last look found. */
public final class WaitingPodMetrics {

  private volatile Map<WaitReason, Long> pods = Map.of();

  public WaitingPodMetrics(Meters meters) {
    for (WaitReason reason : WaitReason.values()) {
      meters.gauge(Metric.WAITING_PODS, () -> pods.getOrDefault(reason, 0L), reason.word());
    }
  }

  void found(Map<WaitReason, Long> now) {
    pods = Map.copyOf(now);
  }
}
