package com.intel.dra.gpu.nodeagent.takeover;

import com.intel.dra.kit.time.Backoff;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The claims of the Go driver's record that the API server has. All claims of the cluster are
 * listed for it, by each node, so while the record waits they are listed again only after pauses
 * that grow. For use by one thread.
 */
final class RecordedClaims {

  private static final Backoff PAUSES = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(5));

  private final ListedClaims claims;
  private final InstantSource uptime;

  private Set<String> uids = Set.of();
  private Optional<Map<String, ResourceClaim>> found = Optional.empty();
  private int lists;
  private Instant nextList = Instant.MIN;

  RecordedClaims(ListedClaims claims, InstantSource uptime) {
    this.claims = claims;
    this.uptime = uptime;
  }

  /**
   * Returns those of the claims that exist, as they were listed last; empty if the last attempt to
   * list them failed, and it is too early for another one. Other claims than before are listed at
   * once, because an administrator may have mended the record. Blocks.
   *
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if they cannot be listed
   */
  Optional<Map<String, ResourceClaim>> find(Set<String> wanted) {
    if (wanted.isEmpty()) {
      return Optional.of(Map.of());
    }
    if (!wanted.equals(uids)) {
      uids = Set.copyOf(wanted);
      lists = 0;
      nextList = Instant.MIN;
    }
    if (!uptime.instant().isBefore(nextList)) {
      list();
    }
    return found;
  }

  private void list() {
    found = Optional.empty();
    lists++;
    nextList = uptime.instant().plus(PAUSES.pauseAfter(lists));
    found = Optional.of(claims.withUids(uids));
  }
}
