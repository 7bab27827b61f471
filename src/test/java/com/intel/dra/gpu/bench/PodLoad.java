package com.intel.dra.gpu.bench;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/**
 * Pods that were made as fast as the API server accepts them, until all were bound.
 *
 * @param bound when each was
 * @param before what the processes had used before, by name
 * @param after what they had used afterwards
 */
record PodLoad(BoundPods bound, Map<String, ProcessUse> before, Map<String, ProcessUse> after) {

  private static final long PATIENCE_SECONDS = 900;

  /**
   * @param processes the processes to measure, by name
   * @throws IllegalStateException if some are not bound in the end
   */
  static PodLoad make(KubernetesClient client, List<Pod> pods, Map<String, Long> processes)
      throws Exception {
    var bound = new BoundPods(pods.size());
    Map<String, ProcessUse> before = use(processes);
    try (var watch = client.pods().inNamespace(BenchCluster.NAMESPACE).watch(bound)) {
      InParallel.run(
          pods.stream()
              .map(
                  pod ->
                      (Callable<?>)
                          () -> {
                            bound.requested(pod.getMetadata().getName());
                            return client.resource(pod).create();
                          })
              .toList());
      if (!bound.await(PATIENCE_SECONDS)) {
        throw new IllegalStateException(
            "%d of %d pods are not bound after %d s"
                .formatted(bound.stillMissing(), pods.size(), PATIENCE_SECONDS));
      }
    }
    return new PodLoad(bound, before, use(processes));
  }

  /** Deletes all pods as if they had ended at once. */
  static void delete(KubernetesClient client) throws Exception {
    InParallel.run(
        client.pods().inNamespace(BenchCluster.NAMESPACE).list().getItems().stream()
            .map(pod -> (Callable<?>) () -> client.resource(pod).withGracePeriod(0).delete())
            .toList());
  }

  /** The CPU time of each process meanwhile. */
  Map<String, Double> cpuSeconds() {
    var cpuSeconds = new TreeMap<String, Double>();
    after.forEach(
        (name, now) ->
            cpuSeconds.put(
                name, now.cpuSeconds() - before.getOrDefault(name, ProcessUse.NONE).cpuSeconds()));
    return cpuSeconds;
  }

  private static Map<String, ProcessUse> use(Map<String, Long> processes) {
    var use = new TreeMap<String, ProcessUse>();
    processes.forEach((name, pid) -> use.put(name, ProcessUse.of(pid)));
    return use;
  }
}
