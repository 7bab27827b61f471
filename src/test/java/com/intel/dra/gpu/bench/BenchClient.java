package com.intel.dra.gpu.bench;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** What every benchmark that asks an API server begins with. */
final class BenchClient {

  private BenchClient() {}

  /** The threads of the client's HTTP library would go on after a failure. */
  static void endWithFailures() {
    Thread.setDefaultUncaughtExceptionHandler(
        (_, failure) -> {
          failure.printStackTrace();
          System.exit(1);
        });
  }

  /** By KUBECONFIG. The client takes keys for RSA ones unless told; ours are elliptic. */
  static KubernetesClient admin() {
    Config config = Config.autoConfigure(null);
    config.setClientKeyAlgo("EC");
    return new KubernetesClientBuilder().withConfig(config).build();
  }
}
