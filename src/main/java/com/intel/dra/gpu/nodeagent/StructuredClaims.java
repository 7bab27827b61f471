package com.intel.dra.gpu.nodeagent;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** ResourceClaims of resource.k8s.io/v1 at the API server. */
@Singleton
class StructuredClaims {

  /**
   * Each read that goes on beside others has a connection of its own, and to open one takes longer
   * than several reads after each other.
   */
  private static final int AT_A_TIME = 8;

  /** An API server that does not answer holds up those whose turn it is, and not all in turn. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final KubernetesClient client;
  private final Semaphore reads = new Semaphore(AT_A_TIME, true);

  @Inject
  StructuredClaims(KubernetesClient client) {
    this.client = client;
  }

  /**
   * May wait for other reads, but not long.
   *
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if the API server does not say
   */
  Optional<ResourceClaim> read(String namespace, String name) {
    boolean mine = tryAcquire();
    try {
      return Optional.ofNullable(
          client.resources(ResourceClaim.class).inNamespace(namespace).withName(name).get());
    } finally {
      if (mine) {
        reads.release();
      }
    }
  }

  private boolean tryAcquire() {
    try {
      return reads.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
