package com.intel.dra.gpu.client;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.time.Duration;

/**
 * Makes a client that shares the connections of another, for requests that must be answered soon or
 * not at all: with its default settings the client tries for some twenty seconds to reach an API
 * server that is down.
 */
public final class BoundedClient {

  private BoundedClient() {}

  /**
   * @param patience the time after which a request fails
   * @param retries of a request that got no answer, after pauses of 0.1 s, 0.2 s and so on; use
   *     none for a Lease, because a late answer about it is worthless
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
