package com.intel.dra.gpu.bench;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What every benchmark with an API server does at its start. */
final class BenchClient {

  private static final int PATIENCE_MILLIS = 120_000;

  private BenchClient() {}

  /**
   * Ends the process at a failure; otherwise the threads of the client's HTTP library would keep it
   * running.
   */
  static void endWithFailures() {
    Thread.setDefaultUncaughtExceptionHandler(
        (_, failure) -> {
          failure.printStackTrace();
          System.exit(1);
        });
  }

  /**
   * Uses KUBECONFIG. The client assumes RSA keys unless it is told otherwise; ours are elliptic.
   */
  static KubernetesClient admin() {
    Config config = Config.autoConfigure(null);
    config.setClientKeyAlgo("EC");
    // a control plane that has just started may be slow to answer many requests at once
    config.setConnectionTimeout(PATIENCE_MILLIS);
    config.setRequestTimeout(PATIENCE_MILLIS);
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** Reads arguments such as {@code kube-scheduler=1234}: processes to measure, by name. */
  static Map<String, Long> processes(List<String> named) {
    var processes = new TreeMap<String, Long>();
    for (String process : named) {
      List<String> parts = List.of(process.split("=", 2));
      processes.put(parts.getFirst(), Long.valueOf(parts.getLast()));
    }
    return processes;
  }
}
