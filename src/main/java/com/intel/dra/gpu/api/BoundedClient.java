package com.intel.dra.gpu.api;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.time.Duration;

/**
 * A client with the connections of another, for questions that must be answered soon or not at all:
 * by its own settings the client tries for some twenty seconds to reach an API server that is away.
 */
public final class BoundedClient {

  private BoundedClient() {}

  /**
   * @param patience after which a request fails
   * @param retries of a request that got no answer, with pauses of 0.1 s, 0.2 s and so on before
   *     them; for a Lease there is none, for a late answer about it is worth nothing
   */
  public static NamespacedKubernetesClient of(
      KubernetesClient client, Duration patience, int retries) {
    return client
        .newClient(
            new RequestConfigBuilder()
                .withRequestTimeout((int) patience.toMillis())
                .withRequestRetryBackoffLimit(retries)
                .build())
        .adapt(NamespacedKubernetesClient.class);
  }
}
