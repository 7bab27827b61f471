package com.intel.dra.gpu.e2e;

import com.intel.dra.gpu.metrics.Exposition;
import io.fabric8.kubernetes.api.model.Pod;

/** Scrapes the driver's pods through the API server. */
final class ShownMetrics {

  private ShownMetrics() {}

  /** Returns the current metrics of the application in that pod. */
  static Exposition of(RealCluster cluster, Pod pod) {
    return new Exposition(
        cluster
            .client()
            .raw(
                "/api/v1/namespaces/%s/pods/%s:9000/proxy/q/metrics"
                    .formatted(pod.getMetadata().getNamespace(), pod.getMetadata().getName())));
  }
}
