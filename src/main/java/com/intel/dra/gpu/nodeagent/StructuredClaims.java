package com.intel.dra.gpu.nodeagent;

import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;

/** ResourceClaims of resource.k8s.io/v1 at the API server. */
@Singleton
class StructuredClaims {

  private final KubernetesClient client;

  @Inject
  StructuredClaims(KubernetesClient client) {
    this.client = client;
  }

  /**
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if the API server does not say
   */
  Optional<ResourceClaim> read(String namespace, String name) {
    return Optional.ofNullable(
        client.resources(ResourceClaim.class).inNamespace(namespace).withName(name).get());
  }
}
