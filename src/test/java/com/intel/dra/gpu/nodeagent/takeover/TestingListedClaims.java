package com.intel.dra.gpu.nodeagent.takeover;

import com.intel.dra.gpu.nodeagent.app.NoApiServer;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The claims of a cluster, which an agent may list or not. */
public final class TestingListedClaims extends ListedClaims {

  public Supplier<Collection<ResourceClaim>> all = List::of;
  public Optional<KubernetesClientException> refusal = Optional.empty();
  Runnable whenListed = () -> {};

  /** How often all claims of the cluster were listed. */
  int lists;

  public TestingListedClaims() {
    super(NoApiServer.CLIENT);
  }

  @Override
  public Map<String, ResourceClaim> withUids(Set<String> uids) {
    lists++;
    whenListed.run();
    if (refusal.isPresent()) {
      throw refusal.get();
    }
    return all.get().stream()
        .filter(claim -> uids.contains(claim.getMetadata().getUid()))
        .collect(Collectors.toMap(claim -> claim.getMetadata().getUid(), Function.identity()));
  }
}
