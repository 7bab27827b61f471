package com.intel.dra.gpu.nodeagent.prepare;

import com.intel.dra.gpu.nodeagent.state.PreparedClaim;
import com.intel.dra.kit.client.ObjectLookup;
import io.fabric8.kubernetes.api.model.resource.v1alpha2.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Reads ResourceClaims from the API server, and only those that the agent has doubts about. */
@Singleton
public class ClassicClaims {

  private final KubernetesClient client;

  @Inject
  public ClassicClaims(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Whether the claim of that UID is allocated. For a claim without a name, whose record was
   * rebuilt from the GAS, this is not known, and the GAS counts.
   *
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if the API server does not say
   */
  boolean mayBeInUse(String uid, PreparedClaim claim) {
    if (claim.name().isEmpty()) {
      return false;
    }
    return ObjectLookup.read(
            client
                .resources(ResourceClaim.class)
                .inNamespace(claim.namespace())
                .withName(claim.name()),
            ResourceClaim.class,
            claim.name())
        .filter(
            found ->
                uid.equals(found.getMetadata().getUid())
                    && found.getStatus() != null
                    && found.getStatus().getAllocation() != null)
        .isPresent();
  }
}
