package com.intel.dra.gpu.api;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.time.Duration;

/**
 * A client for Leases, with the connections of another: it neither waits long nor tries again, for
 * a late answer about a Lease is worth nothing, and who asks does so again anyhow.
 */
public final class LeaseClient {

  private LeaseClient() {}

  /**
   * @param patience after which a request fails
   */
  public static NamespacedKubernetesClient of(KubernetesClient client, Duration patience) {
    return client
        .newClient(
            new RequestConfigBuilder()
                .withRequestTimeout((int) patience.toMillis())
                .withRequestRetryBackoffLimit(0)
                .build())
        .adapt(NamespacedKubernetesClient.class);
  }
}
