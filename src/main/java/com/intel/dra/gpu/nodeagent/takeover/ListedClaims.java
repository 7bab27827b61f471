package com.intel.dra.gpu.nodeagent.takeover;

import com.intel.dra.gpu.client.BoundedClient;
import com.intel.dra.kit.client.Pages;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Finds claims by their UIDs. Neither the Go driver nor the GAS of an older agent has their names,
 * so all claims of the cluster are listed, and the agent needs a right for it that it does not need
 * otherwise.
 */
@Singleton
public class ListedClaims {

  private static final int PAGE = 200;

  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);

  private static final int RETRIES = 1;

  private final KubernetesClient client;

  @Inject
  public ListedClaims(KubernetesClient client) {
    this.client = BoundedClient.of(client, ANSWER_WITHIN, RETRIES);
  }

  /**
   * Returns those of the claims that exist. Blocks.
   *
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if they cannot be listed
   */
  public Map<String, ResourceClaim> withUids(Set<String> uids) {
    var found = new HashMap<String, ResourceClaim>();
    Pages.forEach(
        client.resources(ResourceClaim.class).inAnyNamespace(),
        PAGE,
        claim -> {
          if (uids.contains(claim.getMetadata().getUid())) {
            found.put(claim.getMetadata().getUid(), claim);
          }
        });
    return found;
  }
}
